//! What a dialect is: a table of functions and of words, of which `codecs` has one row each.

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

/// One dialect, from both of its sides.
pub(crate) struct Codec {
    pub client: Client,
    pub vendor: VendorSide,
    pub headers: Headers,
}

/// How clients that speak a dialect are understood and answered.
pub(crate) struct Client {
    /// Reads what a request asks for, and where its texts stand.
    pub read: fn(Operation, &str) -> Result<Request, Fault>,
    /// Reads a chat into the hub.
    pub decode: fn(&str) -> Result<(chat::Request, Losses), Fault>,
    /// The settings of a request that its answer repeats.
    pub echo: Option<fn(&str) -> Value>,
    /// Passes a request on to a vendor that speaks the same.
    pub pass: fn(&Vendor, &Facts, &str, &mut Losses) -> Result<Spliced, Fault>,
    /// An answer that passes is read by the decoder that bears with all servers of OpenAI's dialect, not by the vendor's reader.
    pub lenient_decoder: bool,
    /// Writes answers.
    pub writer: fn(Context) -> Box<dyn WriteAnswer>,
    /// Finds the texts of the answers to a chat.
    pub texts: fn(&Facts) -> Box<dyn FindTexts>,
    pub error: ErrorWords,
    /// What a setting is called.
    pub field_name: fn(Field) -> &'static str,
    /// What the body of a chat is, for what it makes a vendor do.
    pub endpoint: Endpoint,
    /// The fields of a cap on a chat's answer, the newest last; none where the client itself must name one.
    pub cap_fields: &'static [&'static str],
    /// Where answers hand out ids. None: no request names what an answer hands out.
    pub ids: Option<Ids>,
}

/// How a client is told a fault.
pub(crate) struct ErrorWords {
    /// The status of the response.
    pub status: fn(&Fault) -> u16,
    /// Its body.
    pub body: fn(&Fault) -> String,
    /// The event that tells it mid-stream.
    pub event: fn(&Fault) -> String,
}

/// How vendors that speak a dialect are spoken to and understood.
pub(crate) struct VendorSide {
    /// Says a chat of the hub.
    pub encode: fn(chat::Request, &Vendor, &mut Losses, &mut Memo) -> Result<Spoken, Fault>,
    /// Reads the events of an answer to a request that left this memo.
    pub reader: fn(&Memo) -> Box<dyn ReadAnswer>,
    /// Reads a whole answer.
    pub read_whole: fn(&str) -> Result<Answer, Fault>,
    /// What an answer with an error status means: the status, the headers, and a body that may be anything.
    pub explain: fn(u16, &[(String, String)], &str) -> Fault,
    /// Vectors, where they are not asked for in OpenAI's words.
    pub embeddings: Option<Embeddings>,
}

/// How a vendor is asked for vectors.
pub(crate) struct Embeddings {
    pub encode: fn(VectorRequest, &Vendor, &mut Losses) -> Result<Spoken, Fault>,
    pub read: fn(&str) -> Result<Vectors, Fault>,
}

/// The headers of a dialect, in lower case. `headers` says which are listed.
pub(crate) struct Headers {
    /// What a client may tell its vendor.
    pub to_vendor: &'static [&'static str],
    /// What a vendor may tell its client.
    pub to_client: &'static [&'static str],
    /// How the names begin that are this dialect's own.
    pub own: &'static [&'static str],
}
