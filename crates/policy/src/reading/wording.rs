//! The wording of values and remedies in messages.

/// The longest part of a value that a message repeats.
const MAX_SHOWN_CHARACTERS: usize = 80;

/// Prefixes of credentials: Postern's, OpenAI's and Anthropic's, GitHub's, those of a header's value, and addresses of a Redis,
/// which may contain a password.
const CREDENTIAL_PREFIXES: [&str; 8] =
    ["pk_", "sk-", "sk_", "ghp_", "Bearer ", "eyJ", "redis://", "rediss://"];

/// A value as a message may repeat it: quoted, escaped, cut short, and never a credential.
pub(crate) fn shown(value: &str) -> String {
    if let Some(prefix) = CREDENTIAL_PREFIXES.iter().find(|prefix| value.starts_with(**prefix)) {
        return format!("(a value that begins with {prefix:?} like a credential, not shown)");
    }
    if value.chars().count() <= MAX_SHOWN_CHARACTERS {
        return format!("{value:?}");
    }
    let start: String = value.chars().take(MAX_SHOWN_CHARACTERS).collect();
    format!("{start:?}...")
}

/// `did you mean "x"?` if a candidate is near, otherwise the list of all.
pub(crate) fn nearest_or_list<'c>(
    wanted: &str,
    candidates: impl Iterator<Item = &'c str> + Clone,
    list_is: &str,
) -> String {
    if let Some(near) = nearest(wanted, candidates.clone()) {
        return format!("did you mean {near:?}?");
    }
    let all: Vec<&str> = candidates.collect();
    if all.is_empty() {
        return format!("{list_is}: none");
    }
    format!("{list_is}: {}", all.join(", "))
}

/// The nearest candidate, if at most a third of the word differs. The first letter is seldom mistyped, so a candidate with another
/// first letter counts as further away.
pub(crate) fn nearest<'c>(
    wanted: &str,
    candidates: impl Iterator<Item = &'c str>,
) -> Option<&'c str> {
    let allowed = (wanted.chars().count() / 3).max(1);
    candidates
        .map(|candidate| {
            let begins_otherwise = wanted.chars().next() != candidate.chars().next();
            let typed = strsim::osa_distance(wanted, candidate);
            (if typed > 1 { typed + usize::from(begins_otherwise) } else { typed }, candidate)
        })
        .filter(|(distance, _)| *distance <= allowed)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn never_repeats_a_credential() {
        for secret in ["pk_live_abc", "sk-proj-abc", "Bearer abc", "eyJabciOi", "redis://:abc@a"] {
            assert!(!shown(secret).contains("abc"), "{}", shown(secret));
        }
    }

    #[test]
    fn cuts_and_escapes_what_it_repeats() {
        assert_eq!(shown("a\nb"), r#""a\nb""#);
        assert_eq!(shown(&"x".repeat(81)), format!("\"{}\"...", "x".repeat(80)));
    }

    #[test]
    fn suggests_what_is_near_and_lists_what_is_not() {
        let keys = ["name", "models", "roles"];
        let advice = |wanted| nearest_or_list(wanted, keys.into_iter(), "known here");
        assert_eq!(advice("modles"), "did you mean \"models\"?");
        assert_eq!(advice("colour"), "known here: name, models, roles");
    }
}
