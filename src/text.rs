//! Words: the nearest known word to a wrong one.

/// The candidate that somebody most likely meant by `wrong`, or `None` when nothing is near.
///
/// Conservative on purpose, because a wrong hint costs more than none: upper and lower case are the same, and at most
/// a third of the letters may be mistyped (an exchange of neighbors is one mistake). Of equally near candidates the
/// one with the more similar beginning wins, then the first.
pub fn did_you_mean<'a>(wrong: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let wrong = wrong.to_lowercase();
    let allowed = (wrong.chars().count() / 3).min(3);
    let mut best: Option<(usize, f64, &str)> = None;
    for candidate in candidates {
        let lower = candidate.to_lowercase();
        let distance = strsim::osa_distance(&wrong, &lower);
        let likeness = strsim::jaro_winkler(&wrong, &lower);
        let nearer = best.is_none_or(|(d, l, _)| distance < d || (distance == d && likeness > l));
        if distance <= allowed && nearer {
            best = Some((distance, likeness, candidate));
        }
    }
    best.map(|(.., candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::did_you_mean;

    #[test]
    fn finds_the_nearest_and_nothing_far() {
        let keys = ["requests", "request", "input_tokens", "output_tokens", "growth"];
        assert_eq!(did_you_mean("reqeusts", keys), Some("requests"));
        assert_eq!(did_you_mean("GROWTH", keys), Some("growth"));
        assert_eq!(did_you_mean("ouput_tokens", keys), Some("output_tokens"));
        assert_eq!(did_you_mean("inptu_token", keys), Some("input_tokens"));
        assert_eq!(did_you_mean("tokens", keys), None);
        assert_eq!(did_you_mean("", keys), None);
        assert_eq!(did_you_mean("x", ["y"]), None);
        assert_eq!(did_you_mean("tokns", ["token", "tokens"]), Some("tokens"));
    }
}
