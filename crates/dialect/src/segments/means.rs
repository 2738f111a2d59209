//! What fields of requests are.

use crate::SegmentKind as Kind;

/// What a field is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Means {
    /// It is walked by its own names; a text in it is what the texts around it are.
    Inherits,
    /// It is walked; a text in it is of this kind.
    Holds(Kind),
    /// A string is one segment of this kind, and so is the JSON of an object or an array.
    Whole(Kind),
    /// In the outermost object, the texts and tokens of embeddings or the items of Responses; further in, what a tool was
    /// called with.
    Input,
    /// In the outermost object: what the model may call. Further in, a choice names them, and it is walked.
    Tools,
    /// A picture, by its address or its bytes, or an object that has them.
    Picture,
    /// Bytes or their address: of a picture, a recording or a document.
    Bytes,
    /// How closely a picture is looked at.
    Detail,
    /// Names a speaker or what was called, where it stands in a message or further in.
    Name,
    /// A file that the vendor has or fetches.
    File,
    /// What was spoken: it is walked, and its id is a reference.
    Spoken,
    /// Names something; in what was spoken, what the vendor has.
    Id,
    /// Something at the vendor that is read with the prompt.
    Reference,
    /// Sealed thoughts in base64.
    Sealed,
    /// Each number is a token. Texts in it are words, and an object is kept at the vendor.
    TokenIds,
    /// What may be billed as answer, for each answer.
    Prediction,
    /// What is for the vendor: each string in it, whatever its name.
    Metadata,
    /// What an object is; an `item_reference` stands for something at the vendor.
    Type,
    /// Settings and ids, of which no model reads anything.
    Setting,
}
