//! OpenAI's Responses: <https://platform.openai.com/docs/api-reference/responses>.

mod annotation;
mod echo;
pub mod error;
mod from_client;
mod grammar;
mod names;
mod read;
mod splice;
mod to_client;

pub use crate::openai::explain;
pub use echo::echo;
pub use from_client::decode;
pub use names::field_name;
pub use read::read;
pub use splice::{path, splice};
pub use to_client::Writer;
