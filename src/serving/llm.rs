//! Llms with open weights: their size and their attention.

use crate::distribution::{Number, NumberOf, QuantityOf};
use crate::document::{
    Id, ListOf, MapOf, Origin, Plugin, Plugins, Reader, Reference, TableOf, Text, Title, TitleOf, Whole,
};
use crate::units;

/// `[llm.<id>]`: an llm with open weights.
#[derive(Clone, Debug)]
pub struct Llm {
    /// What people call it.
    pub title: Option<Title>,
    /// Other names of it, in benchmarks and on the command line.
    pub also: Vec<String>,
    /// Its tokenizer.
    pub tokenizer: Option<Reference>,
    /// The longest request, in tokens in and out.
    pub context: Option<f64>,
    /// Its scores, by evaluation.
    pub quality: Vec<(String, Number)>,
    /// Its size, where it is said.
    pub size: Option<Size>,
    /// Name, place and source.
    pub origin: Origin,
}

/// What an llm's speed and memory follow from.
#[derive(Clone, Debug)]
pub struct Size {
    /// Weights.
    pub parameters: f64,
    /// Weights that a token is multiplied with.
    pub active_parameters: f64,
    /// Layers.
    pub layers: f64,
    /// Width of a layer.
    pub hidden: f64,
    /// How the experts are used, if it is a mixture of experts.
    pub experts: Option<Experts>,
    /// Its attention.
    pub attention: Attention,
}

/// A mixture of experts.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Experts {
    /// Experts of a layer that tokens are routed to.
    pub total: f64,
    /// How many of them a token goes to.
    pub active: f64,
}

/// What of a request is kept, and how much work reading it is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Attention {
    /// Grouped queries; as many key-value heads as query heads is plain multi-head attention.
    Gqa {
        /// Heads whose keys and values are kept.
        kv_heads: f64,
        /// Width of a head.
        head_dim: f64,
        /// Heads that ask.
        query_heads: f64,
        /// Tokens that a layer with a sliding window looks back.
        window: Option<f64>,
        /// Layers that look back to the beginning.
        full_layers: f64,
    },
    /// Multi-head latent attention: one compressed vector a token and layer, for all heads.
    Mla {
        /// Width of the compressed vector.
        latent_dim: f64,
        /// Width of the part that knows positions.
        rope_dim: f64,
        /// Heads that ask.
        query_heads: f64,
        /// Width of a head, mean of keys and values, when a prompt is read.
        head_dim: f64,
    },
}

/// The kinds of attention.
pub const ATTENTIONS: &[Plugin<Heads>] = &[
    Plugin {
        name: "gqa",
        meaning: "grouped queries: keys and values are kept for `kv_heads`; as many as `query_heads` is multi-head attention",
        example: "{ gqa = { kv_heads = 8, head_dim = 128 } }",
        read: read_gqa,
    },
    Plugin {
        name: "mla",
        meaning: "multi-head latent attention: one compressed vector a token and layer is kept",
        example: "{ mla = { latent_dim = 512, rope_dim = 64, query_heads = 128, head_dim = 160 } }",
        read: read_mla,
    },
];

/// Attention as written: what is left out follows from the llm.
#[derive(Clone, Copy, Debug)]
pub struct Heads {
    attention: Attention,
    asking: Option<f64>,
    full_layers: Option<f64>,
}

const MOST: i64 = 1_000_000;

fn read_gqa(t: &mut Reader) -> Option<Heads> {
    let kv_heads = t.required("kv_heads", Whole(1, MOST), "heads whose keys and values are kept");
    let head_dim = t.required("head_dim", Whole(1, MOST), "width of a head");
    let query_heads =
        t.optional("query_heads", Whole(1, MOST), "heads that ask; `hidden` over `head_dim` if absent");
    let window = t.optional("window", QuantityOf(&units::TOKENS), "tokens that other layers look back");
    let full =
        t.optional("full_layers", Whole(0, MOST), "layers that look back to the beginning; all if absent");
    let (window, full) = (window?.map(|point| point.value), full?.map(|full| full as f64));
    let query_heads = query_heads?.map(|heads| heads as f64);
    let attention = Attention::Gqa {
        kv_heads: kv_heads? as f64,
        head_dim: head_dim? as f64,
        query_heads: 0.0,
        window,
        full_layers: 0.0,
    };
    Some(Heads { attention, asking: query_heads, full_layers: full })
}

fn read_mla(t: &mut Reader) -> Option<Heads> {
    let latent_dim = t.required("latent_dim", Whole(1, MOST), "width of the compressed vector");
    let rope_dim = t.required("rope_dim", Whole(0, MOST), "width of the part that knows positions");
    let query_heads = t.required("query_heads", Whole(1, MOST), "heads that ask");
    let head_dim = t.required("head_dim", Whole(1, MOST), "width of a head, mean of keys and values");
    let attention = Attention::Mla {
        latent_dim: latent_dim? as f64,
        rope_dim: rope_dim? as f64,
        query_heads: query_heads? as f64,
        head_dim: head_dim? as f64,
    };
    Some(Heads { attention, asking: None, full_layers: None })
}

fn read_experts(t: &mut Reader) -> Option<Experts> {
    let total = t.required("total", Whole(2, MOST), "experts of a layer that tokens are routed to");
    let active = t.required("active", Whole(1, MOST), "how many of them a token goes to");
    let (total, active) = (total?, active?);
    if active >= total {
        let help = "a dense llm has no `experts`";
        t.refuse("active", "not-below", "a token goes to fewer experts than there are", help);
        return None;
    }
    Some(Experts { total: total as f64, active: active as f64 })
}

impl Llm {
    /// Reads `[llm.<id>]`.
    pub fn read(t: &mut Reader) -> Option<Self> {
        let title = t.optional("title", TitleOf, "what people call it");
        let also =
            t.or("also", "[]", ListOf(Text("org/name")), "other names of it, as benchmarks write them");
        let tokenizer = t.optional("tokenizer", Id("tokenizer"), "its tokenizer");
        let context =
            t.optional("context", QuantityOf(&units::TOKENS), "the longest request, tokens in and out");
        let quality = read_quality(t);
        let size = Size::read(t);
        Some(Self {
            title: title?,
            also: also?,
            tokenizer: tokenizer?,
            context: context?.map(|point| point.value),
            quality: quality?,
            size: size?,
            origin: t.place()?.origin(),
        })
    }
}

fn read_quality(t: &mut Reader) -> Option<Vec<(String, Number)>> {
    let scores = MapOf("evaluation", NumberOf(&units::SHARE));
    let read = t.or("quality", "{}", scores, "its scores by evaluation, for traffics that need one");
    Some(read?.into_iter().map(|(evaluation, score)| (evaluation.id, score)).collect())
}

impl Size {
    #[allow(clippy::option_option, reason = "absent and wrong are different")]
    fn read(t: &mut Reader) -> Option<Option<Self>> {
        let parameters = t.optional("parameters", QuantityOf(&units::COUNT), "weights, such as \"70.6B\"");
        let active = t.optional(
            "active_parameters",
            QuantityOf(&units::COUNT),
            "weights that a token is multiplied with; all if absent",
        );
        let layers = t.optional("layers", Whole(1, MOST), "layers");
        let hidden = t.optional("hidden", Whole(1, MOST), "width of a layer");
        let experts = t.optional("experts", TableOf(read_experts), "how a mixture of experts routes tokens");
        let attention =
            t.optional("attention", Plugins(ATTENTIONS, "attention"), "decides the bytes kept of a token");
        let (parameters, active) = (parameters?.map(|point| point.value), active?.map(|point| point.value));
        let (layers, hidden, experts, attention) = (layers?, hidden?, experts?, attention?);
        let missing = [
            ("parameters", parameters.is_none()),
            ("layers", layers.is_none()),
            ("hidden", hidden.is_none()),
            ("attention", attention.is_none()),
        ];
        let lacking: Vec<&str> = missing.iter().filter(|(_, lacks)| *lacks).map(|(key, _)| *key).collect();
        let any = lacking.len() < missing.len() || active.is_some() || experts.is_some();
        let (Some(parameters), Some(layers), Some(hidden), Some(heads)) =
            (parameters, layers, hidden, attention)
        else {
            if any {
                let message =
                    format!("the size of an llm is told in part: `{}` missing", lacking.join("`, `"));
                t.refuse(lacking[0], "size-in-part", &message, "its `config.json` says all of them");
                return None;
            }
            return Some(None);
        };
        let active = active.unwrap_or(parameters);
        if !(active > 0.0 && active <= parameters) {
            let help = "active weights are those of the experts that a token goes to, and all that is shared";
            t.refuse("active_parameters", "out-of-range", "from above 0 to `parameters`", help);
            return None;
        }
        if experts.is_some() != (active < parameters) {
            let help = "a mixture of experts says both, a dense llm neither";
            t.refuse("experts", "size-in-part", "`experts` and `active_parameters` belong together", help);
            return None;
        }
        let (layers, hidden) = (layers as f64, hidden as f64);
        let attention = heads.of(layers, hidden);
        Some(Some(Self { parameters, active_parameters: active, layers, hidden, experts, attention }))
    }

    /// Weights of all experts that tokens are routed to: what a token does not use, over the share of experts it does not use.
    pub fn expert_parameters(&self) -> f64 {
        self.experts.map_or(0.0, |experts| {
            (self.parameters - self.active_parameters) / (1.0 - experts.active / experts.total)
        })
    }

    /// Values kept of each token of a request of this length, in all layers (`context` tokens of it are kept at most by
    /// layers with a sliding window); times bytes per value it is the request's share of memory.
    pub fn kept(&self, context: f64) -> f64 {
        match self.attention {
            Attention::Gqa { kv_heads, head_dim, window, full_layers, .. } => {
                let near = window.map_or(context, |window| context.min(window));
                let tokens = full_layers * context + (self.layers - full_layers) * near;
                2.0 * kv_heads * head_dim * tokens
            }
            Attention::Mla { latent_dim, rope_dim, .. } => self.layers * (latent_dim + rope_dim) * context,
        }
    }

    /// Operations of attention for reading `tokens` behind `before` tokens already kept: 4 per pair of tokens and
    /// unit of width, half of it by causality.
    pub fn attention_flops(&self, tokens: f64, before: f64) -> f64 {
        let (width, window, full) = match self.attention {
            Attention::Gqa { head_dim, query_heads, window, full_layers, .. } => {
                (head_dim * query_heads, window, full_layers)
            }
            Attention::Mla { query_heads, head_dim, .. } => (head_dim * query_heads, None, self.layers),
        };
        let pairs = tokens * (before + tokens / 2.0);
        let near = window.map_or(pairs, |window| pairs.min(tokens * window));
        4.0 * width * (full * pairs + (self.layers - full) * near)
    }
}

impl Heads {
    /// The attention of an llm of this size.
    fn of(self, layers: f64, hidden: f64) -> Attention {
        match self.attention {
            Attention::Gqa { kv_heads, head_dim, window, .. } => Attention::Gqa {
                kv_heads,
                head_dim,
                window,
                query_heads: self.asking.unwrap_or(hidden / head_dim),
                full_layers: self.full_layers.unwrap_or(layers).min(layers),
            },
            mla @ Attention::Mla { .. } => mla,
        }
    }
}
