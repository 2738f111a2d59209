//! The meanings of fields of requests.

use crate::SegmentKind as Kind;

/// The meaning of a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Means {
    /// It is walked by the names within it; its texts are of the kind of the texts around it.
    Inherits,
    /// It is walked; its texts are of this kind.
    Holds(Kind),
    /// A string is one segment of this kind, and so is an object or an array, as JSON.
    Whole(Kind),
    /// In the outermost object, the texts and tokens of embeddings or the items of Responses; deeper, the input of a tool call.
    Input,
    /// In the outermost object, the tools that the model may call. Deeper, a tool choice that names them, which is walked.
    Tools,
    /// A picture, by its address or its bytes, or an object that has them.
    Picture,
    /// Bytes or their address, of a picture, a recording or a document.
    Bytes,
    /// The detail with which a picture is viewed.
    Detail,
    /// The name of a speaker or of a called tool, where it stands in a message or deeper.
    Name,
    /// A file that the vendor stores or fetches.
    File,
    /// Speech: it is walked, and its id is a reference.
    Spoken,
    /// An identifier; within speech, a reference to something the vendor stores.
    Id,
    /// A reference to something at the vendor that is read with the prompt.
    Reference,
    /// Sealed thoughts in base64.
    Sealed,
    /// Each number is a token. Texts in it are words, and an object is a prompt stored at the vendor.
    TokenIds,
    /// A prediction, which may be billed as output for each answer.
    Prediction,
    /// Data for the vendor: each string in it, whatever its name.
    Metadata,
    /// The type of an object; an `item_reference` refers to something at the vendor.
    Type,
    /// Settings and ids, which no model reads.
    Setting,
}
