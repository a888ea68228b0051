//! What the roofline cannot know by itself, fitted to measured latencies.

/// The constants of the roofline. Bandwidth and overhead are fitted together and are no physical constants by themselves.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Constants {
    /// Share of the memory's bandwidth that decoding reaches, on one GPU.
    pub bandwidth_share: f64,
    /// Share of the speed of compute that decoding reaches.
    pub decode_share: f64,
    /// Share of the speed of compute that reading a prompt reaches.
    pub prefill_share: f64,
    /// Time per layer that no bytes or operations explain: launching kernels, in seconds.
    pub layer_seconds: f64,
    /// Time per layer and step for talking to other GPUs beyond the bytes sent, in seconds.
    pub reduce_seconds: f64,
    /// Bandwidth falls with the number of GPUs to this power.
    pub tensor_parallel_loss: f64,
    /// Factor on the time of a step with vLLM, over TensorRT-LLM.
    pub vllm: f64,
    /// Factor on the time of a step with `SGLang`, over TensorRT-LLM.
    pub sglang: f64,
}

impl Constants {
    /// Names, for the report of a fit.
    pub const NAMES: [&'static str; 8] = [
        "bandwidth_share",
        "decode_share",
        "prefill_share",
        "layer_seconds",
        "reduce_seconds",
        "tensor_parallel_loss",
        "vllm",
        "sglang",
    ];

    /// What a fit starts from and is held near: 0.8 of the bandwidth (aiconfigurator, read 2026-11-22); half of the speed
    /// (usual figures of MFU, recalled); the rest assumed.
    pub const PRIOR: Self = Self {
        bandwidth_share: 0.8,
        decode_share: 0.5,
        prefill_share: 0.45,
        layer_seconds: 40e-6,
        reduce_seconds: 10e-6,
        tensor_parallel_loss: 0.15,
        vllm: 1.05,
        sglang: 1.1,
    };

    /// As a list, in the order of the names.
    pub fn to_array(self) -> [f64; 8] {
        [
            self.bandwidth_share,
            self.decode_share,
            self.prefill_share,
            self.layer_seconds,
            self.reduce_seconds,
            self.tensor_parallel_loss,
            self.vllm,
            self.sglang,
        ]
    }

    /// From a list, in the order of the names.
    pub fn from_array(values: [f64; 8]) -> Self {
        let [
            bandwidth_share,
            decode_share,
            prefill_share,
            layer_seconds,
            reduce_seconds,
            tensor_parallel_loss,
            vllm,
            sglang,
        ] = values;
        Self {
            bandwidth_share,
            decode_share,
            prefill_share,
            layer_seconds,
            reduce_seconds,
            tensor_parallel_loss,
            vllm,
            sglang,
        }
    }

    /// The factor of an engine; one that is not known, or not said, is taken as the geometric mean of the three.
    pub fn engine(&self, name: Option<&str>) -> f64 {
        let name = name.map(|name| name.to_lowercase().replace(['-', '_'], ""));
        match name.as_deref() {
            Some("trtllm" | "tensorrtllm" | "trt") => 1.0,
            Some("vllm") => self.vllm,
            Some("sglang") => self.sglang,
            _ => crate::math::pow(self.vllm * self.sglang, 1.0 / 3.0),
        }
    }
}

impl Default for Constants {
    /// Fitted to aggregated TTFT and TPOT of Llama 3.1 70B, gpt-oss-120b, `DeepSeek` V3/R1 and Qwen3.5 397B on H100, H200
    /// and B200, up to eight GPUs (aiconfigurator silicon data until 2026-02, 841 points; computed 2026-11-29;
    /// `cargo bench --bench capacity -- FILE` repeats it and tells the errors on llms held out).
    fn default() -> Self {
        Self {
            bandwidth_share: 0.911,
            decode_share: 0.499,
            prefill_share: 0.406,
            layer_seconds: 45.8e-6,
            reduce_seconds: 11.0e-6,
            tensor_parallel_loss: 0.18,
            vllm: 1.08,
            sglang: 1.19,
        }
    }
}

/// A layer with experts launches about half as many kernels more: routing, sorting, two grouped products, gathering
/// (counted in the code of engines; assumed).
pub(super) const EXPERT_LAUNCHES: f64 = 0.5;

/// Weights that the GPU cannot multiply in their own format are unpacked first: factor on the time of reading them
/// (assumed; between memory-bound gains of 4-bit weights and their loss in compute).
pub(super) const UNPACKING: f64 = 1.5;
