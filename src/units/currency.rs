//! Currencies: the active codes of ISO 4217 with the digits of their minor unit.
//!
//! Source: ISO 4217 list one as packaged in Debian iso-codes 4.15 (April 2023), with the amendments known by January
//! 2026 (withdrawn: HRK, SLL, CUC, ANG, ZWL, BGN; new: XCG, ZWG). Minor units agree with the list of 2017-01-01 for
//! all codes that both have. Codes without a minor unit (metals, units of account, test codes) are left out: nobody
//! pays a bill in them.

use std::fmt;

/// An active currency of ISO 4217; ordered by code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Currency {
    code: &'static str,
    minor_digits: u8,
}

impl Currency {
    /// The currency with this code, in upper case; `None` if there is none.
    pub fn parse(code: &str) -> Option<Self> {
        Self::all().find(|currency| currency.code == code)
    }

    /// Every active currency.
    pub fn all() -> impl Iterator<Item = Self> {
        let group = |(minor_digits, codes): &'static (u8, &[&'static str])| {
            codes.iter().map(|&code| Self { code, minor_digits: *minor_digits })
        };
        BY_MINOR_DIGITS.iter().flat_map(group)
    }

    /// The code: "JPY".
    pub const fn code(self) -> &'static str {
        self.code
    }

    /// Decimal digits of the smallest coin in bookkeeping: 0 for JPY, 2 for USD, 3 for KWD.
    pub const fn minor_digits(self) -> u8 {
        self.minor_digits
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code)
    }
}

/// Codes in groups of equal minor digits.
const BY_MINOR_DIGITS: &[(u8, &[&str])] = &[
    (
        2,
        &[
            "AED", "AFN", "ALL", "AMD", "AOA", "ARS", "AUD", "AWG", "AZN", "BAM", "BBD", "BDT", "BMD", "BND",
            "BOB", "BOV", "BRL", "BSD", "BTN", "BWP", "BYN", "BZD", "CAD", "CDF", "CHE", "CHF", "CHW", "CNY",
            "COP", "COU", "CRC", "CUP", "CVE", "CZK", "DKK", "DOP", "DZD", "EGP", "ERN", "ETB", "EUR", "FJD",
            "FKP", "GBP", "GEL", "GHS", "GIP", "GMD", "GTQ", "GYD", "HKD", "HNL", "HTG", "HUF", "IDR", "ILS",
            "INR", "IRR", "JMD", "KES", "KGS", "KHR", "KPW", "KYD", "KZT", "LAK", "LBP", "LKR", "LRD", "LSL",
            "MAD", "MDL", "MGA", "MKD", "MMK", "MNT", "MOP", "MRU", "MUR", "MVR", "MWK", "MXN", "MXV", "MYR",
            "MZN", "NAD", "NGN", "NIO", "NOK", "NPR", "NZD", "PAB", "PEN", "PGK", "PHP", "PKR", "PLN", "QAR",
            "RON", "RSD", "RUB", "SAR", "SBD", "SCR", "SDG", "SEK", "SGD", "SHP", "SLE", "SOS", "SRD", "SSP",
            "STN", "SVC", "SYP", "SZL", "THB", "TJS", "TMT", "TOP", "TRY", "TTD", "TWD", "TZS", "UAH", "USD",
            "USN", "UYU", "UZS", "VED", "VES", "WST", "XCD", "XCG", "YER", "ZAR", "ZMW", "ZWG",
        ],
    ),
    (
        0,
        &[
            "BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "UYI", "VND", "VUV",
            "XAF", "XOF", "XPF",
        ],
    ),
    (3, &["BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"]),
    (4, &["CLF", "UYW"]),
];

#[cfg(test)]
mod tests {
    use super::Currency;

    #[test]
    fn codes_are_unique_and_well_formed() {
        let mut codes: Vec<&str> = Currency::all().map(Currency::code).collect();
        assert_eq!(codes.len(), 164);
        assert!(codes.iter().all(|code| code.len() == 3 && code.bytes().all(|b| b.is_ascii_uppercase())));
        codes.sort_unstable();
        codes.dedup();
        assert_eq!(codes.len(), 164);
    }

    #[test]
    fn minor_digits_are_those_of_the_standard() {
        let digits = |code| Currency::parse(code).map(Currency::minor_digits);
        assert_eq!(digits("JPY"), Some(0));
        assert_eq!(digits("USD"), Some(2));
        assert_eq!(digits("KWD"), Some(3));
        assert_eq!(digits("CLF"), Some(4));
        assert_eq!(digits("usd"), None);
        assert_eq!(digits("XAU"), None);
    }
}
