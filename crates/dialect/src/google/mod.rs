//! Google: the Gemini API (<https://ai.google.dev/api/generate-content>) and Vertex AI
//! (<https://cloud.google.com/vertex-ai/generative-ai/docs/model-reference/inference>).
//!
//! Both accept the same JSON; fields that only one of them accepts are not sent. The shapes are those of `google-genai`'s
//! `types.py` and of its converters for both in `models.py`.

mod answer;
mod explain;
mod model;
mod request;

pub use answer::{Reader, read_whole};
pub use explain::explain;
pub use request::encode;
