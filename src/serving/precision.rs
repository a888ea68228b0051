//! Number formats of weights, keys and values.

/// A number format.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Precision {
    /// 16 bits.
    Bf16,
    /// 8 bits, floating point.
    Fp8,
    /// 8 bits, integers.
    Int8,
    /// 4 bits, integers with a scale for each group of weights.
    Int4,
    /// 4 bits, floating point with a scale for each block of weights.
    Fp4,
}

impl Precision {
    /// The words of the language.
    pub const WORDS: [(&'static str, Self); 5] = [
        ("bf16", Self::Bf16),
        ("fp8", Self::Fp8),
        ("int8", Self::Int8),
        ("int4", Self::Int4),
        ("fp4", Self::Fp4),
    ];

    /// The word of the language.
    pub fn word(self) -> &'static str {
        Self::WORDS.iter().find(|(_, known)| *known == self).map_or("", |(word, _)| word)
    }

    /// The format that a word of benchmarks and engines means: `mxfp4`, `float16`, `W4A16`.
    pub fn parse(word: &str) -> Option<Self> {
        let word = word.trim().to_lowercase();
        Some(match word.as_str() {
            "bf16" | "bfloat16" | "fp16" | "float16" | "half" | "auto" | "none" | "w16a16" => Self::Bf16,
            "fp8" | "float8" | "fp8_e4m3" | "fp8_block" | "fp8_static" | "w8a8" | "w8a8_fp8" => Self::Fp8,
            "int8" | "int8_wo" | "w8a8_int8" | "w8a16" => Self::Int8,
            "int4" | "int4_wo" | "w4a16" | "awq" | "gptq" => Self::Int4,
            "fp4" | "nvfp4" | "mxfp4" | "w4a8" | "w4a16_mxfp4" | "w4a8_mxfp4_mxfp8" => Self::Fp4,
            _ => return None,
        })
    }

    /// Bytes of a weight, its share of the scales included: FP4 has 8 bits of scale for 16 weights (NVFP4), INT4 has
    /// 16 bits for 128 (usual group of AWQ and GPTQ). Computed from these formats, 2026-11-29.
    pub fn weight_bytes(self) -> f64 {
        match self {
            Self::Bf16 => 2.0,
            Self::Fp8 | Self::Int8 => 1.0,
            Self::Int4 => 0.515_625,
            Self::Fp4 => 0.5625,
        }
    }

    /// Bytes of a weight that is not an expert's: 4-bit checkpoints of mixtures of experts keep attention, routers and
    /// shared layers in 8 bits or more (model cards of gpt-oss and of NVFP4 checkpoints; secondhand, 2026-11-29).
    pub fn dense_weight_bytes(self, has_experts: bool) -> f64 {
        match self {
            Self::Int4 | Self::Fp4 if has_experts => 1.0,
            _ => self.weight_bytes(),
        }
    }

    /// Bytes of a stored key or value.
    pub fn kv_bytes(self) -> f64 {
        match self {
            Self::Bf16 => 2.0,
            Self::Fp8 | Self::Int8 => 1.0,
            Self::Int4 | Self::Fp4 => 0.5,
        }
    }
}
