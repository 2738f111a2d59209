//! Answers that do not come from a model: the count of tokens, and the list of models.

use serde::Serialize;

/// The answer to `/v1/messages/count_tokens`: <https://platform.claude.com/docs/en/api/messages-count-tokens>.
pub fn count_answer(input_tokens: u64) -> String {
    format!(r#"{{"input_tokens":{input_tokens}}}"#)
}

/// The answer to `/v1/models`, all on one page: <https://platform.claude.com/docs/en/api/models-list>. A card has the name that
/// clients use, and the display name.
pub fn models_page(cards: &[(String, String)]) -> String {
    let id = |card: Option<&(String, String)>| card.map(|(id, _)| id.clone());
    let page = Page {
        data: cards.iter().map(|(id, name)| Model::new(id, name)).collect(),
        has_more: false,
        first_id: id(cards.first()),
        last_id: id(cards.last()),
    };
    // Serializing strings cannot fail.
    serde_json::to_string(&page).unwrap_or_default()
}

/// The answer to `/v1/models/{id}`: <https://platform.claude.com/docs/en/api/models>.
pub fn model_card(id: &str, display_name: &str) -> String {
    serde_json::to_string(&Model::new(id, display_name)).unwrap_or_default()
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
    created_at: &'static str,
    lifecycle: &'static str,
}

impl<'a> Model<'a> {
    fn new(id: &'a str, display_name: &'a str) -> Self {
        Model {
            kind: "model",
            id,
            display_name,
            // The reference uses the epoch for an unknown date.
            created_at: "1970-01-01T00:00:00Z",
            // A listed model may be used.
            lifecycle: "active",
        }
    }
}
