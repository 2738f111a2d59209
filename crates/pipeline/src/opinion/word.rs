//! The one word that a model is asked for.

/// Whether a model says yes or no with its first word, in any case and between any signs; `None` for anything else.
pub fn read(said: &str) -> Option<bool> {
    let said = said.trim_start_matches(|sign: char| !sign.is_alphanumeric());
    let is_part =
        |sign: char| sign.is_alphanumeric() || matches!(sign, '-' | '_' | '\'' | '\u{2019}');
    let word = said.split(|sign: char| !is_part(sign)).next().unwrap_or_default();
    match () {
        () if word.eq_ignore_ascii_case("yes") => Some(true),
        () if word.eq_ignore_ascii_case("no") => Some(false),
        () => None,
    }
}

#[cfg(test)]
mod tests {
    use super::read;

    #[test]
    fn reads_a_first_word_of_yes_or_no_and_nothing_else() {
        let cases = [
            ("yes", Some(true)),
            ("No", Some(false)),
            ("YES.", Some(true)),
            ("  \n\"no\"\n", Some(false)),
            ("**Yes**", Some(true)),
            ("`no`, it is not", Some(false)),
            ("Yes: it threatens them", Some(true)),
            ("no\u{2014}it quotes", Some(false)),
            ("", None),
            (" ...", None),
            ("yesterday", None),
            ("nobody", None),
            ("no-one", None),
            ("yes_no", None),
            ("y", None),
            ("true", None),
            ("I think yes", None),
            ("The answer is no", None),
            ("{\"answer\": \"yes\"}", None),
            ("ja", None),
            ("y\u{435}s", None),
            ("1", None),
        ];
        for (said, expected) in cases {
            assert_eq!(read(said), expected, "{said:?}");
        }
    }
}
