//! GPUs as their data sheets describe them.

use super::Precision;
use crate::distribution::{Point, QuantityOf};
use crate::document::{ListOf, Origin, Reader, Text, Title, TitleOf};
use crate::units;

/// `[gpu.<id>]`: a data sheet. Speeds are dense, never "with sparsity", and per hour.
#[derive(Clone, Debug)]
pub struct Gpu {
    /// What people call it.
    pub title: Option<Title>,
    /// Other names of it, in benchmarks and on the command line.
    pub also: Vec<String>,
    /// Memory, in bytes.
    pub memory: f64,
    /// Memory bandwidth, in bytes per hour.
    pub bandwidth: f64,
    /// 16-bit floating-point operations per hour.
    pub bf16: f64,
    /// 8-bit floating-point operations per hour; absent where it has no such units.
    pub fp8: Option<f64>,
    /// 4-bit floating-point operations per hour.
    pub fp4: Option<f64>,
    /// Bytes per hour to the other GPUs of a replica, in one direction.
    pub link: Option<f64>,
    /// Largest power, in watts.
    pub power: Option<f64>,
    /// Power when idle, in watts.
    pub idle_power: Option<f64>,
    /// Name, place and source.
    pub origin: Origin,
}

impl Gpu {
    /// Reads `[gpu.<id>]`.
    pub fn read(t: &mut Reader) -> Option<Self> {
        let title = t.optional("title", TitleOf, "what people call it");
        let also =
            t.or("also", "[]", ListOf(Text("h100_sxm")), "other names of it, as benchmarks write them");
        let memory = t.required("memory", QuantityOf(&units::BYTES), "its memory");
        let bandwidth = t.required("bandwidth", QuantityOf(&units::BYTES_PER_TIME), "of its memory");
        let flops = QuantityOf;
        let speed = &units::FLOPS_PER_TIME;
        let bf16 = t.required("bf16", flops(speed), "16-bit speed, dense");
        let fp8 = t.optional("fp8", flops(speed), "8-bit speed, dense; absent: it multiplies in 16 bits");
        let fp4 = t.optional("fp4", flops(speed), "4-bit speed, dense; absent: it multiplies in 16 bits");
        let link = t.optional(
            "link",
            QuantityOf(&units::BYTES_PER_TIME),
            "to the other GPUs of a replica, in one direction",
        );
        let power = t.optional("power", QuantityOf(&units::POWER), "the most it draws");
        let idle = t.optional("idle_power", QuantityOf(&units::POWER), "what it draws when idle");
        let (memory, bandwidth, bf16) = (memory?.value, bandwidth?.value, bf16?.value);
        for (key, value) in [("memory", memory), ("bandwidth", bandwidth), ("bf16", bf16)] {
            if value <= 0.0 {
                t.refuse(key, "not-positive", "a GPU without it serves nothing", "see its data sheet");
                return None;
            }
        }
        let value = |point: Option<Point>| point.map(|point| point.value).filter(|value| *value > 0.0);
        Some(Self {
            title: title?,
            also: also?,
            memory,
            bandwidth,
            bf16,
            fp8: value(fp8?),
            fp4: value(fp4?),
            link: value(link?),
            power: value(power?),
            idle_power: value(idle?),
            origin: t.place()?.origin(),
        })
    }

    /// Operations per hour with weights of this format, and whether the GPU multiplies in it.
    pub fn speed(&self, weights: Precision) -> (f64, bool) {
        let native = match weights {
            Precision::Bf16 => Some(self.bf16),
            Precision::Fp8 | Precision::Int8 => self.fp8,
            Precision::Fp4 => self.fp4,
            Precision::Int4 => None,
        };
        (native.unwrap_or(self.bf16), native.is_some())
    }
}
