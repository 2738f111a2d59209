//! The description of a dialect: a table of functions and of words. `codecs` has one row for each dialect.

use crate::chat::{self, Answer, Field, Losses};
use crate::embed::answer::Answer as Vectors;
use crate::embed::request::Request as VectorRequest;
use crate::handed_out::table::Ids;
use crate::needs::endpoint::Endpoint;
use crate::texts::find::FindTexts;
use crate::{
    Context, Facts, Memo, Operation, ReadAnswer, Request, Spliced, Spoken, Vendor, WriteAnswer,
};
use postern_fault::Fault;
use serde_json::Value;

/// How clients that speak a dialect are understood and answered.
pub(crate) struct Client {
    /// Reads what a request asks for, and the places of its texts.
    pub read: fn(Operation, &str) -> Result<Request, Fault>,
    /// Reads a chat into the hub.
    pub decode: fn(&str) -> Result<(chat::Request, Losses), Fault>,
    /// The settings of a request that its answer repeats.
    pub echo: Option<fn(&str) -> Value>,
    /// Passes a request on to a vendor that speaks the same dialect.
    pub pass: fn(&Vendor, &Facts, &str, &mut Losses) -> Result<Spliced, Fault>,
    /// Whether an answer that passes unchanged is read by the decoder that accepts all servers of OpenAI's dialect, instead of
    /// the vendor's reader.
    pub lenient_decoder: bool,
    /// Writes answers.
    pub writer: fn(Context) -> Box<dyn WriteAnswer>,
    /// Finds the texts of the answers to a chat.
    pub texts: fn(&Facts) -> Box<dyn FindTexts>,
    pub error: ErrorWords,
    /// What a client of a stream skips until its first event comes.
    pub waiting: &'static str,
    /// The dialect's name for a setting.
    pub field_name: fn(Field) -> &'static str,
    /// The kind of body that a chat has, which determines what its fields make a vendor do.
    pub endpoint: Endpoint,
    /// The fields of a cap on a chat's answer, the newest last; empty where the client itself must name a cap.
    pub cap_fields: &'static [&'static str],
    /// The places where answers hand out ids. None: no request can name what an answer hands out.
    pub ids: Option<Ids>,
    /// Where a request has its conversation. None: it has none that could go on.
    pub turns: Option<Turns>,
}

/// The member of a request that has its conversation.
pub(crate) struct Turns {
    pub field: &'static str,
    /// The member that names a conversation at the vendor, which has the model's answers already.
    pub kept_by: Option<&'static str>,
}

/// How a fault is written for a client.
pub(crate) struct ErrorWords {
    /// The status of the response.
    pub status: fn(&Fault) -> u16,
    /// Its body.
    pub body: fn(&Fault) -> String,
    /// The event that reports it mid-stream.
    pub event: fn(&Fault) -> String,
}

/// How vendors that speak a dialect are addressed and understood.
pub(crate) struct VendorSide {
    /// Encodes a chat of the hub.
    pub encode: fn(chat::Request, &Vendor, &mut Losses, &mut Memo) -> Result<Spoken, Fault>,
    /// Reads the events of an answer, with the memo that its request left.
    pub reader: fn(&Memo) -> Box<dyn ReadAnswer>,
    /// Reads a buffered answer.
    pub read_whole: fn(&str) -> Result<Answer, Fault>,
    /// Interprets an answer with an error status: the status, the headers, and a body that may be anything.
    pub explain: fn(u16, &[(String, String)], &str) -> Fault,
    /// How vectors are requested, where that is not in OpenAI's dialect.
    pub embeddings: Option<Embeddings>,
}

/// How vectors are requested from a vendor.
pub(crate) struct Embeddings {
    pub encode: fn(VectorRequest, &Vendor, &mut Losses) -> Result<Spoken, Fault>,
    pub read: fn(&str) -> Result<Vectors, Fault>,
}

/// The headers of a dialect, in lower case. `headers` says which are listed, and why.
pub(crate) struct Headers {
    /// Headers that a client may send to its vendor.
    pub to_vendor: &'static [&'static str],
    /// Headers that a vendor may send to its client.
    pub to_client: &'static [&'static str],
    /// The prefixes of header names that belong to this dialect.
    pub own: &'static [&'static str],
}
