//! The wording of findings and remedies.

use cedar_policy::{ValidationError, ValidationWarning};

use crate::facts::Action;

/// The longest message, in characters: Cedar spells types out.
const MAX_MESSAGE_CHARACTERS: usize = 600;

/// What to write instead: Cedar's help if it is useful, else the existing names.
///
/// Cedar suggests the nearest of all names however far it is (`route` for `colour`), so only near names count.
pub(crate) fn advice(error: &ValidationError, message: &str, help: Option<String>) -> String {
    let help = help.filter(|help| match help.strip_prefix("did you mean ") {
        Some(suggested) => is_near(&quoted(message), &quoted(suggested)),
        None => true,
    });
    if let Some(help) = help {
        return about(message, &help);
    }
    match error {
        ValidationError::UnrecognizedActionId(_) => {
            let (model, gateway) = (words(true), words(false));
            format!("the actions are: {model}, {gateway}, and use, which is all on a model")
        }
        ValidationError::UnrecognizedEntityType(_) => {
            "the types are: Consumer, Team, Tenant, Role, Model, Route, Provider, Region, Gateway"
                .to_owned()
        }
        ValidationError::UnsafeAttributeAccess(_) if is_of_gateway(message) => {
            "only now and ip are known of every action; for the others write `action in Action::\"use\"`"
                .to_owned()
        }
        _ => "docs/authorization.md says what there is, and of which type".to_owned(),
    }
}

/// A policy that never applies, and its remedy.
pub(crate) fn never(warning: &ValidationWarning) -> (String, String) {
    match warning {
        ValidationWarning::ImpossiblePolicy(_) => (
            "it never applies, since what it asks for is false for every request".to_owned(),
            "mend its conditions, or remove it".to_owned(),
        ),
        ValidationWarning::InvalidActionApplication(_) => (
            "it never applies, since no action it names is done by such a principal on such a resource"
                .to_owned(),
            format!(
                "a Consumer does on a Model {}; on a Gateway {}",
                words(true),
                words(false)
            ),
        ),
        _ => (warning.to_string(), "write plain ASCII".to_owned()),
    }
}

/// In one line: lower case, no full stop, the problem and then the remedy.
pub(crate) fn worded(message: &str, help: Option<String>) -> String {
    let help = help.unwrap_or_default();
    let sentences = help.split(". ").map(|sentence| lower(sentence.trim_end_matches('.')));
    let parts = [lower(message.trim_end_matches('.'))].into_iter().chain(sentences);
    let parts: Vec<String> = parts.filter(|part| !part.is_empty()).collect();
    let whole = parts.join("; ").replace(['\n', '\r'], " ");
    let mut line: String = whole.chars().take(MAX_MESSAGE_CHARACTERS).collect();
    if line.len() < whole.len() {
        line.push_str("...");
    }
    line
}

fn words(on_model: bool) -> String {
    let of_kind = Action::ALL.into_iter().filter(|action| action.is_on_model() == on_model);
    of_kind.map(Action::as_str).collect::<Vec<_>>().join(", ")
}

fn is_of_gateway(message: &str) -> bool {
    let of = |action: Action| {
        message.contains(&format!("in context for Action::\"{}\"", action.as_str()))
    };
    Action::ALL.into_iter().filter(|action| !action.is_on_model()).any(of)
}

/// Cedar calls an entity `e`; here each type has one meaning.
fn about(message: &str, help: &str) -> String {
    let subject = if message.contains("entity type `Consumer`") {
        "principal"
    } else if message.contains("entity type `Model`") {
        "resource"
    } else {
        "e"
    };
    help.replace("`e has ", &format!("`{subject} has "))
}

/// The first name between backticks, `chat` for `Action::"chat"`.
fn quoted(text: &str) -> String {
    let name = text.split('`').nth(1).unwrap_or_default();
    let name = name.strip_prefix("Action::").unwrap_or(name);
    name.trim_matches('"').to_owned()
}

/// Whether the names differ by at most a third of the word.
fn is_near(wrong: &str, right: &str) -> bool {
    strsim::osa_distance(wrong, right) <= (wrong.chars().count() / 3).max(1)
}

fn lower(text: &str) -> String {
    let mut characters = text.chars();
    let first = characters.next().map(|first| first.to_ascii_lowercase());
    first.into_iter().chain(characters).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn puts_a_finding_and_its_remedy_into_one_line() {
        let help = Some("Write this. Or that.".to_owned());
        assert_eq!(worded("It is wrong.", help), "it is wrong; write this; or that");
        let long = worded(&"x".repeat(700), None);
        assert!(long.ends_with("x...") && long.len() == 603, "{long}");
    }

    #[test]
    fn suggests_only_what_is_near() {
        assert!(is_near("chatt", "chat") && is_near("use_tool", "use_tools"));
        assert!(!is_near("colour", "route") && !is_near("delete", "use"));
        assert_eq!(quoted("unrecognized action `Action::\"chatt\"`"), "chatt");
    }
}
