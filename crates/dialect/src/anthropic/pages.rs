//! Answers that do not come from a model: the count of tokens, and the list of models.

use jiff::Timestamp;
use postern_fault::{Fault, shown};
use serde::Serialize;

/// The answer to `/v1/messages/count_tokens`: <https://platform.claude.com/docs/en/api/messages-count-tokens>.
pub fn count_answer(input_tokens: u64) -> String {
    format!(r#"{{"input_tokens":{input_tokens}}}"#)
}

/// A model for a list. Its display name is the name that clients use.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Card {
    /// The name that clients use.
    pub id: String,
    /// The day of its release.
    pub created_unix_s: Option<u64>,
    /// The tokens of its context.
    pub context_tokens: Option<u64>,
    /// The tokens of its longest answer.
    pub max_output_tokens: Option<u64>,
}

/// The part of the list that is asked for, as a query says it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wanted {
    /// The number of models, 1 to 1,000; 20 if it is not said.
    pub limit: Option<String>,
    /// The models behind this one.
    pub after_id: Option<String>,
    /// The models before this one.
    pub before_id: Option<String>,
}

const DEFAULT_LIMIT: usize = 20;
const MAX_LIMIT: usize = 1_000;

impl Wanted {
    /// The positions of the models, and whether there are more in the same direction.
    fn range(&self, cards: &[Card]) -> Result<(usize, usize, bool), Fault> {
        let limit = self.limit()?;
        let position = |param: &str, id: &str| {
            cards.iter().position(|card| card.id == id).ok_or_else(|| {
                let public = format!(
                    "{param}: no model of the list has the id `{}`; send one of a page before, or leave it out",
                    shown(id)
                );
                Fault::invalid_request(param, public)
            })
        };
        match (&self.after_id, &self.before_id) {
            (Some(_), Some(_)) => Err(Fault::invalid_request(
                "before_id",
                "before_id: after_id is there as well; send one of them",
            )),
            (Some(id), None) => {
                let start = position("after_id", id)?.saturating_add(1);
                let end = start.saturating_add(limit).min(cards.len());
                Ok((start, end, end < cards.len()))
            }
            (None, Some(id)) => {
                let end = position("before_id", id)?;
                let start = end.saturating_sub(limit);
                Ok((start, end, start > 0))
            }
            (None, None) => {
                let end = limit.min(cards.len());
                Ok((0, end, end < cards.len()))
            }
        }
    }

    fn limit(&self) -> Result<usize, Fault> {
        let Some(text) = &self.limit else { return Ok(DEFAULT_LIMIT) };
        let limit = text.parse().ok().filter(|limit| (1..=MAX_LIMIT).contains(limit));
        limit.ok_or_else(|| {
            let public = format!(
                "limit: must be a whole number from 1 to {MAX_LIMIT}, but is `{}`",
                shown(text)
            );
            Fault::invalid_request("limit", public)
        })
    }
}

/// The answer to `/v1/models`, a page of it: <https://platform.claude.com/docs/en/api/models-list>.
///
/// # Errors
/// A limit out of bounds, and an id that is not in the list.
pub fn models_page(cards: &[Card], wanted: &Wanted) -> Result<String, Fault> {
    let (start, end, has_more) = wanted.range(cards)?;
    let shown = cards.get(start..end).unwrap_or_default();
    let id = |card: Option<&Card>| card.map(|card| card.id.clone());
    let page = Page {
        data: shown.iter().map(Model::new).collect(),
        has_more,
        first_id: id(shown.first()),
        last_id: id(shown.last()),
    };
    // Serializing strings cannot fail.
    Ok(serde_json::to_string(&page).unwrap_or_default())
}

/// The answer to `/v1/models/{id}`: <https://platform.claude.com/docs/en/api/models>.
pub fn model_card(card: &Card) -> String {
    serde_json::to_string(&Model::new(card)).unwrap_or_default()
}

#[derive(Serialize)]
struct Page<'a> {
    data: Vec<Model<'a>>,
    has_more: bool,
    first_id: Option<String>,
    last_id: Option<String>,
}

#[derive(Serialize)]
struct Model<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    id: &'a str,
    display_name: &'a str,
    created_at: String,
    lifecycle: &'static str,
    max_input_tokens: Option<u64>,
    max_tokens: Option<u64>,
}

impl<'a> Model<'a> {
    fn new(card: &'a Card) -> Self {
        // The reference uses the epoch for an unknown date.
        let second = card.created_unix_s.and_then(|second| i64::try_from(second).ok());
        let created = Timestamp::from_second(second.unwrap_or_default()).unwrap_or_default();
        Model {
            kind: "model",
            id: &card.id,
            display_name: &card.id,
            created_at: created.to_string(),
            // A listed model may be used.
            lifecycle: "active",
            max_input_tokens: card.context_tokens,
            max_tokens: card.max_output_tokens,
        }
    }
}
