//! Demand: what arrives, how long requests are, how load spreads over the week.

mod arrivals;
mod customers;
mod effects;
mod funnel;
mod language;
mod length;
mod load_curve;
mod mix;
mod patience;
mod product;
mod ramp;
mod reuse;
mod revenue;
mod season;
mod speech;
mod stream;
pub mod trace;
mod traffic;
mod week;

pub use arrivals::{Amount, Factors, Growth, GrowthOf, Requests};
pub use effects::{Answered, Cap, Effects, Faster, Hits, Led};
pub(crate) use effects::{introduced, rest};
pub use funnel::{Flows, Funnel};
pub use language::{Lack, Language, Spoken, Tokenizer, about_tokens, token_ratio, tokens_of_text};
pub use length::{Differ, Lengths, Measure};
pub use load_curve::LoadCurve;
pub use mix::{Loads, MOST_WEEKS, Mix, total};
pub use patience::{Patience, Patient};
pub use product::{People, PriceResponse, Product, QualityResponse, Tier};
pub use ramp::{MixedRamp, Ramp, Rise};
pub use reuse::{BySize, Reuse};
pub use revenue::{Earns, Revenue};
pub use speech::Speech;
pub use stream::Stream;
pub use traffic::{Agent, INPUT, OUTPUT, Targets, Traffic};
pub use week::{PRESETS, Week};
