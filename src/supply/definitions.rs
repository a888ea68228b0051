//! What supplies refer to: vendors, llms, deployments, servers, sites, tokenizers, languages.

use crate::demand::{Language, Tokenizer};
use crate::diagnostic::Diagnostic;
use crate::document::Reference;
use crate::finance::Bought;
use crate::pricing::{GpuOffer, RateCard, Vendor};
use crate::process::Lookup;
use crate::serving::{Deployment, Gpu, Llm, Server, Site};
use crate::text::did_you_mean;

/// Definitions by id, in the order of their files.
#[derive(Clone, Debug, Default)]
pub struct Definitions {
    /// `[vendor.<id>]`
    pub vendors: Vec<(Reference, Vendor)>,
    /// `[llm.<id>]`
    pub llms: Vec<(Reference, Llm)>,
    /// `[gpu.<id>]`
    pub gpus: Vec<(Reference, Gpu)>,
    /// `[deployment.<id>]`
    pub deployments: Vec<(Reference, Deployment)>,
    /// `[server.<id>]`
    pub servers: Vec<(Reference, Server)>,
    /// `[site.<id>]`
    pub sites: Vec<(Reference, Site)>,
    /// `[tokenizer.<id>]`
    pub tokenizers: Vec<(Reference, Tokenizer)>,
    /// `[language.<id>]`
    pub languages: Vec<(Reference, Language)>,
}

/// Looks an id up; a mistake names the nearest one.
pub fn find<'a, T>(
    family: &str,
    list: &'a [(Reference, T)],
    wanted: &Reference,
    lookup: &mut dyn Lookup,
) -> Option<&'a T> {
    let found = list.iter().find(|(id, _)| id.id == wanted.id).map(|(_, value)| value);
    if found.is_none() {
        let known: Vec<&str> = list.iter().map(|(id, _)| id.id.as_str()).collect();
        lookup.refuse(unknown(family, wanted, &known));
    }
    found
}

/// The ids of a list, for a mistake.
pub fn ids<T>(list: &[(Reference, T)]) -> Vec<&str> {
    list.iter().map(|(id, _)| id.id.as_str()).collect()
}

/// Known ids that a mistake lists at the most.
const MOST_SHOWN: usize = 20;

/// The part of the built-in catalog that defines what is most often meant, by family.
const BUILT_IN: [(&str, &str); 4] = [
    ("tokenizer", "llms/tokenizers.toml"),
    ("llm", "llms/open-weights.toml"),
    ("gpu", "gpus/data-sheets.toml"),
    ("vendor", "prices/openai.toml"),
];

/// The mistake of naming something that is not there.
pub fn unknown(family: &str, wanted: &Reference, known: &[&str]) -> Diagnostic {
    let mistake =
        Diagnostic::error("unknown-id", wanted.span, format!("there is no {family} `{}`", wanted.id))
            .label("not defined in this scenario");
    match did_you_mean(&wanted.id, known.iter().copied()) {
        Some(close) => mistake.help(format!("did you mean `{close}`?")),
        None if known.is_empty() => {
            let built_in = BUILT_IN.iter().find(|(of, _)| *of == family);
            let part = built_in
                .map_or_else(String::new, |(_, part)| format!(", such as `use = [\"builtin:{part}\"]`"));
            mistake.help(format!("no {family} is defined; is a `use` missing{part}?"))
        }
        None => {
            // A part with a whole price catalog defines thousands.
            let more = known.len().saturating_sub(MOST_SHOWN);
            let behind = if more > 0 { format!(" and {more} more") } else { String::new() };
            let shown = known.iter().take(MOST_SHOWN).copied().collect::<Vec<_>>().join(", ");
            mistake.help(format!("defined are: {shown}{behind}"))
        }
    }
}

impl Definitions {
    /// The data sheet of a GPU, if there is one.
    pub fn gpu(&self, wanted: &Reference) -> Option<&Gpu> {
        self.gpus.iter().find(|(id, _)| id.id == wanted.id).map(|(_, gpu)| gpu)
    }

    /// Gives rate cards that say which open llm they sell its tokenizer and its scores, where they say no others.
    #[must_use]
    pub fn with_what_llms_are(mut self) -> Self {
        let cards = self.vendors.iter_mut().flat_map(|(_, vendor)| &mut vendor.llms);
        for (_, card) in cards {
            let Some(is) = &card.is else { continue };
            // An unknown id is told where ids are judged.
            let Some((_, llm)) = self.llms.iter().find(|(id, _)| id.id == is.id) else { continue };
            card.tokenizer = card.tokenizer.take().or_else(|| llm.tokenizer.clone());
            let said = |evaluation: &str| card.quality.iter().any(|(name, _)| name == evaluation);
            let more: Vec<_> = llm.quality.iter().filter(|(name, _)| !said(name)).cloned().collect();
            card.quality.extend(more);
        }
        self
    }

    /// Whether a rate card says that it sells an open llm which nobody knows. That is told where ids are judged, and what follows from
    /// it is no further mistake.
    pub fn is_unclear(&self, card: &RateCard) -> bool {
        card.is.as_ref().is_some_and(|is| self.llms.iter().all(|(id, _)| id.id != is.id))
    }

    /// A vendor's llm by `vendor/llm`; none where it is unclear what it is.
    pub fn rate_card(&self, wanted: &Reference, lookup: &mut dyn Lookup) -> Option<&RateCard> {
        let found = self.llm_of(wanted);
        if found.is_none() {
            let sold = self.sold(|vendor| vendor.llms.iter().map(|(id, _)| id.id.as_str()).collect());
            let known: Vec<&str> = sold.iter().map(String::as_str).collect();
            lookup.refuse(unknown("llm of a vendor", wanted, &known));
        }
        found.filter(|card| !self.is_unclear(card))
    }

    /// A vendor's llm by `vendor/llm`, if it is one.
    pub fn llm_of(&self, name: &Reference) -> Option<&RateCard> {
        name.halves().and_then(|(vendor, llm)| self.vendor(vendor)?.llm(llm))
    }

    /// A vendor's GPU by `vendor/gpu`.
    pub fn gpu_offer(&self, wanted: &Reference, lookup: &mut dyn Lookup) -> Option<&GpuOffer> {
        let found = self.gpu_of(wanted);
        if found.is_none() {
            let sold = self.sold(|vendor| vendor.gpus.iter().map(|(id, _)| id.id.as_str()).collect());
            let known: Vec<&str> = sold.iter().map(String::as_str).collect();
            lookup.refuse(unknown("GPU of a vendor", wanted, &known));
        }
        found
    }

    /// A vendor's GPU by `vendor/gpu`, if it is one.
    pub fn gpu_of(&self, name: &Reference) -> Option<&GpuOffer> {
        name.halves().and_then(|(vendor, gpu)| self.vendor(vendor)?.gpu(gpu))
    }

    /// The place of the vendor of `vendor/llm` or `vendor/gpu`.
    pub fn seller(&self, wanted: &Reference) -> Option<usize> {
        let (vendor, _) = wanted.halves()?;
        self.vendors.iter().position(|(id, _)| id.id == vendor)
    }

    /// From whom `vendor/llm` or `vendor/gpu` is bought, and what comes back for its outages.
    pub fn bought(&self, wanted: &Reference, tokens: bool, lookup: &mut dyn Lookup) -> Option<Bought> {
        let vendor = self.seller(wanted)?;
        Some(Bought { vendor, tokens, credit: lookup.hit(&wanted.id).credit })
    }

    fn vendor(&self, id: &str) -> Option<&Vendor> {
        self.vendors.iter().find(|(name, _)| name.id == id).map(|(_, vendor)| vendor)
    }

    fn sold(&self, what: impl Fn(&Vendor) -> Vec<&str>) -> Vec<String> {
        let name = |(id, vendor): &(Reference, Vendor)| -> Vec<String> {
            what(vendor).iter().map(|thing| format!("{}/{thing}", id.id)).collect()
        };
        self.vendors.iter().flat_map(name).collect()
    }
}
