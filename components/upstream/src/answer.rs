//! The whole answer of a server that is no vendor: a token endpoint's, an introspection endpoint's.

use postern_contract::body;
use spin_sdk::wasip3::http::types::Response;

/// Such answers are under 4 KiB.
const MAX_ANSWER_BYTES: usize = 64 * 1024;

/// Its text; of one that is longer, or no text, nothing: it is no answer.
pub async fn text(response: Response) -> String {
    body::text(response, MAX_ANSWER_BYTES).await.unwrap_or_default()
}
