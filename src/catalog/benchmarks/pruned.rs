//! One JSON text of any size, of which only what results are read from is kept.
//!
//! Result files hold what every single request did, in lists of numbers or of objects; figures of a whole run stand beside them.
//! So of a list no more than its first elements are kept, but for lists of whole runs.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

use super::{Known, Results, json};

/// Elements of a list that are kept.
const FIRST: usize = 64;
/// Characters of a text that are kept: a name is shorter.
const LONGEST: usize = 4096;
/// Lists of whole runs.
const RUNS: [&str; 1] = ["benchmarks"];

/// Takes results out of a text as it comes: an object, or a list of them at its top.
#[derive(Debug)]
pub struct Pruned<'a> {
    known: &'a Known,
    place: usize,
    results: &'a mut Results,
}

impl<'a> Pruned<'a> {
    /// Adds to these results; an object stands at this place of the file.
    pub fn new(known: &'a Known, place: usize, results: &'a mut Results) -> Self {
        Self { known, place, results }
    }
}

impl<'de> DeserializeSeed<'de> for Pruned<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Pruned<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("benchmark results: an object, or a list of objects")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<(), A::Error> {
        let one = Kept { all: false }.visit_map(map)?;
        json::result(&one, self.place, self.known, self.results);
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        let mut place = 0;
        while let Some(one) = list.next_element_seed(Kept { all: false })? {
            place += 1;
            json::result(&one, place, self.known, self.results);
        }
        Ok(())
    }
}

/// A value without the most of its lists.
#[derive(Clone, Copy)]
struct Kept {
    /// Whether a list is kept whole.
    all: bool,
}

impl<'de> DeserializeSeed<'de> for Kept {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Kept {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(Number::from_f64(value).map_or(Value::Null, Value::Number))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(if value.len() > LONGEST { Value::Null } else { value.into() })
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Value, A::Error> {
        let mut kept = Vec::new();
        while self.all || kept.len() < FIRST {
            let Some(one) = list.next_element_seed(Self { all: false })? else { return Ok(kept.into()) };
            kept.push(one);
        }
        while list.next_element::<IgnoredAny>()?.is_some() {}
        Ok(kept.into())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
        let mut kept = Map::new();
        while let Some(key) = map.next_key::<String>()? {
            let all = RUNS.contains(&key.as_str());
            kept.insert(key, map.next_value_seed(Self { all })?);
        }
        Ok(kept.into())
    }
}
