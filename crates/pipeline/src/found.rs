//! The guardrail's findings, in headers and in the record.

use postern_types::guardrail::{Action, Finding};
use serde::Serialize;

/// The most findings that are counted separately: each detector has a few forms.
const MAX_FOUND: usize = 128;

/// The direction of a text with a finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// To the vendor.
    Request,
    /// To the client.
    Answer,
}

impl Direction {
    /// Its name in headers and records.
    pub fn as_str(self) -> &'static str {
        match self {
            Direction::Request => "request",
            Direction::Answer => "answer",
        }
    }
}

/// The findings as a list of structured fields (RFC 9651): `email;in=request;action=anonymise;count=2`. Findings that a rule
/// allows are in the record only.
pub fn header<'f>(findings: impl Iterator<Item = (&'f Finding, Direction)>) -> Option<String> {
    let mut sums: Vec<Sum<'_>> = Vec::new();
    for (finding, direction) in findings.filter(|(finding, _)| finding.action != Action::Allow) {
        let Finding { detector, action, asked, count, .. } = finding;
        let of = (detector.as_str(), direction, *action, asked.as_deref());
        match sums.iter_mut().find(|(known, _)| *known == of) {
            Some((_, sum)) => *sum = sum.saturating_add(*count),
            None => sums.push((of, *count)),
        }
    }
    let items: Vec<String> = sums
        .into_iter()
        .map(|((detector, direction, action, asked), count)| {
            let (direction, action) = (direction.as_str(), action.as_str());
            let asked = asked.map(|model| format!(";asked={}", item(model))).unwrap_or_default();
            format!("{detector};in={direction};action={action};count={count}{asked}")
        })
        .collect();
    (!items.is_empty()).then(|| items.join(", "))
}

/// Findings that are alike but for their form and rule, and how many there are.
type Sum<'f> = ((&'f str, Direction, Action, Option<&'f str>), u32);

/// A model's name as a token, or as a string if it is none (RFC 9651, 3.3.3 and 3.3.4).
fn item(model: &str) -> String {
    let is_token = model.starts_with(|first: char| first.is_ascii_alphabetic())
        && model.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-/:+".contains(&byte));
    if is_token {
        return model.to_owned();
    }
    let is_plain =
        |sign: &char| (sign.is_ascii_graphic() || *sign == ' ') && !r#""\"#.contains(*sign);
    format!("\"{}\"", model.chars().filter(is_plain).collect::<String>())
}

/// Findings, each once with a count and never with its text.
#[derive(Default, Serialize)]
#[serde(transparent)]
pub struct Found(Vec<One>);

#[derive(Serialize)]
struct One {
    #[serde(rename = "in")]
    direction: &'static str,
    detector: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    form: String,
    rule: String,
    action: &'static str,
    /// The model that was asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    asked: Option<String>,
    count: u32,
}

impl Found {
    /// Whether nothing was found.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Adds findings of a text in this direction.
    pub fn add(&mut self, findings: &[Finding], direction: Direction) {
        for finding in findings {
            let Finding { detector, form, rule, action, asked, count } = finding.clone();
            let more = One {
                direction: direction.as_str(),
                detector,
                form,
                rule,
                action: action.as_str(),
                asked,
                count,
            };
            self.add_one(more);
        }
    }

    /// Adds what was found beside it.
    pub fn absorb(&mut self, others: Found) {
        others.0.into_iter().for_each(|more| self.add_one(more));
    }

    fn add_one(&mut self, more: One) {
        match self.0.iter().position(|known| known.is_like(&more)) {
            Some(at) => {
                if let Some(known) = self.0.get_mut(at) {
                    known.count = known.count.saturating_add(more.count);
                }
            }
            None if self.0.len() >= MAX_FOUND => {}
            None => self.0.push(more),
        }
    }
}

impl One {
    fn is_like(&self, other: &One) -> bool {
        (self.direction, self.action, &self.asked) == (other.direction, other.action, &other.asked)
            && (&self.detector, &self.form, &self.rule)
                == (&other.detector, &other.form, &other.rule)
    }
}
