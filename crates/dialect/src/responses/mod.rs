//! OpenAI's Responses: <https://platform.openai.com/docs/api-reference/responses>.

mod annotation;
pub mod conversation;
mod echo;
pub mod error;
pub mod failed;
mod from_client;
mod from_vendor;
mod grammar;
mod names;
mod read;
mod splice;
mod to_client;
mod to_vendor;

pub use crate::openai::explain;
pub use echo::echo;
pub use from_client::decode;
pub use from_vendor::{Reader, read_whole};
pub use names::field_name;
pub use read::read;
pub(crate) use splice::pass;
pub use splice::{path, splice};
pub use to_client::Writer;
pub use to_vendor::encode;
