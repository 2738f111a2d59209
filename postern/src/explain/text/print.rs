//! Findings as a table, and as JSON. The text itself is not repeated: where it stands is.

use super::{Asked, refusing};
use anyhow::Result;
use postern_guard::Explained;
use postern_policy::{GUARDRAILS_FILE, Rule, pack_file};
use serde_json::{Value, json};

/// Columns: where, in bytes, what, how certain, what is done, by which rule.
pub fn table(asked: &Asked<'_>, found: &[Explained<'_>]) {
    let caller = match asked.caller.consumer.as_str() {
        "" => "nobody: rules for some callers are passed over",
        name => name,
    };
    println!("text          {}, {} bytes", asked.file.display(), asked.text.len());
    println!("goes          in the {}, as words of: {}", asked.direction, asked.role);
    println!("caller        {caller}");
    println!(
        "model         {}",
        asked.model.unwrap_or("none: rules for some models are passed over")
    );
    if asked.policies.guardrails.rules().next().is_none() {
        println!("note          {GUARDRAILS_FILE} has no rules, so nothing is done");
    }
    println!();
    println!(
        "{:<16} {:<14} {:<30} {:>5}  {:<10} RULE",
        "WHERE", "BYTES", "DETECTOR", "CONF", "ACTION"
    );
    for one in found {
        line(asked, one);
    }
    println!();
    println!("{}", verdict(found));
}

fn line(asked: &Asked<'_>, one: &Explained<'_>) {
    let place =
        format!("{}-{}", place(asked.text, one.span.start), place(asked.text, one.span.end));
    let bytes = format!("{}..{}", one.span.start, one.span.end);
    let detector = match one.form {
        "" => one.detector.clone(),
        form => format!("{} ({form})", one.detector),
    };
    let mut rules = one.rules.iter();
    let (action, rule) = match rules.next() {
        Some((file, rule)) => (rule.action.as_str(), named(asked, *file, rule)),
        None => ("none", "no rule is about it".to_owned()),
    };
    println!("{place:<16} {bytes:<14} {detector:<30} {:>4}%  {action:<10} {rule}", one.confidence);
    if let Some(asks) = one.rules.first().and_then(|(_, rule)| asks(rule)) {
        println!("{:<31} {asks}", "");
    }
    for evidence in &one.evidence {
        println!("{:<31} {:+.2} {}", "", evidence.weight, evidence.feature);
    }
    for (file, rule) in rules {
        let how = if rule.action.as_str() == action { "also" } else { "milder" };
        println!("{:<31} {how}: {} by {}", "", rule.action.as_str(), named(asked, *file, rule));
    }
}

/// Whom a rule asks before it acts, and what is done otherwise.
fn asks(rule: &Rule) -> Option<String> {
    let ask = rule.ask.as_ref()?;
    let (then, otherwise) = (rule.action.as_str(), ask.otherwise.as_str());
    let without = if rule.fails_open { otherwise } else { then };
    Some(format!(
        "asks {}: {then} if it agrees, {otherwise} if it disagrees, {without} if it has no opinion",
        ask.model
    ))
}

/// The rule, and its file.
fn named(asked: &Asked<'_>, file: usize, rule: &Rule) -> String {
    let cites = match rule.cites.is_empty() {
        true => String::new(),
        false => format!(", {}", rule.cites.join(", ")),
    };
    format!("{} ({}{cites})", rule.name, file_of(asked, file))
}

fn file_of(asked: &Asked<'_>, file: usize) -> String {
    let pack = asked.policies.guardrails.rule_sets.get(file).and_then(|set| set.pack.as_deref());
    pack.map_or(GUARDRAILS_FILE.to_owned(), pack_file)
}

fn verdict(found: &[Explained<'_>]) -> String {
    match refusing(found) {
        Some(rule) => {
            let message = rule.message.as_deref().unwrap_or_default();
            let asks = rule.ask.as_ref().map(|ask| format!("asks {}, then ", ask.model));
            let asks = asks.unwrap_or_default();
            format!("{asks}{}: {} says {message:?}", rule.action.as_str(), rule.name)
        }
        None => {
            let covers = |one: &&Explained<'_>| {
                one.rules.first().is_some_and(|(_, rule)| rule.action.covers_data())
            };
            format!(
                "passes: {} found, {} covered",
                found.len(),
                found.iter().filter(covers).count()
            )
        }
    }
}

/// Line and column, in characters, both from 1.
fn place(text: &str, at: usize) -> String {
    let before = text.get(..at).unwrap_or(text);
    let line = before.matches('\n').count() + 1;
    let start = before.rfind('\n').map_or(0, |newline| newline + 1);
    let column = before.get(start..).unwrap_or_default().chars().count() + 1;
    format!("{line}:{column}")
}

/// One object; the rule that decides stands first among `rules`.
pub fn json(asked: &Asked<'_>, found: &[Explained<'_>]) -> Result<()> {
    let findings: Vec<_> = found.iter().map(|one| finding(asked, one)).collect();
    let caller = Some(&asked.caller.consumer).filter(|name| !name.is_empty());
    let explained = json!({
        "file": asked.file.display().to_string(),
        "direction": asked.direction,
        "role": asked.role,
        "consumer": caller,
        "model": asked.model,
        "refused": refusing(found).is_some_and(|rule| rule.ask.is_none()),
        "findings": findings,
    });
    println!("{}", serde_json::to_string_pretty(&explained)?);
    Ok(())
}

fn finding(asked: &Asked<'_>, one: &Explained<'_>) -> Value {
    let rule = |(file, rule): &(usize, &Rule)| {
        json!({
            "rule": rule.name,
            "file": file_of(asked, *file),
            "action": rule.action.as_str(),
            "asks": rule.ask.as_ref().map(|ask| json!({
                "model": ask.model,
                "otherwise": ask.otherwise.as_str(),
                "without_opinion": if rule.fails_open { ask.otherwise } else { rule.action }.as_str(),
            })),
            "message": rule.message,
            "cites": rule.cites,
        })
    };
    let evidence = one
        .evidence
        .iter()
        .map(|evidence| json!({ "feature": evidence.feature, "weight": evidence.weight }));
    json!({
        "detector": one.detector,
        "form": Some(one.form).filter(|form| !form.is_empty()),
        "confidence": one.confidence,
        "start": { "byte": one.span.start, "at": place(asked.text, one.span.start) },
        "end": { "byte": one.span.end, "at": place(asked.text, one.span.end) },
        "action": one.rules.first().map(|(_, rule)| rule.action.as_str()),
        "rules": one.rules.iter().map(rule).collect::<Vec<_>>(),
        "evidence": evidence.collect::<Vec<_>>(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_a_line_and_a_column_of_characters() {
        let text = "é a\n\nbü\u{1f600}c";
        let places: Vec<_> =
            [0, 2, 4, 5, 6, 9, 13, text.len(), 99].into_iter().map(|at| place(text, at)).collect();
        assert_eq!(places, ["1:1", "1:2", "1:4", "2:1", "3:1", "3:3", "3:4", "3:5", "3:5"]);
    }
}
