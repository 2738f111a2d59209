//! What every dialect reads of a client's request. The fields are documented in `wit/deps/types/types.wit`.

use crate::{Span, Wire};

/// What is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Operation {
    /// Complete a conversation.
    Chat,
    /// Go on with a text (OpenAI's legacy completions).
    Completions,
    /// Turn texts into vectors.
    Embeddings,
    /// Count the tokens of a conversation.
    CountTokens,
    /// Order texts by how well they answer a question.
    Rerank,
}

/// Who said a text of a conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(missing_docs)]
pub enum Role {
    System,
    User,
    Assistant,
    Tool,
}

/// One text of a request: the inside of its JSON string literal, escapes included, quotes not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct Segment {
    pub role: Role,
    pub span: Span,
}

/// What every stage may know of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facts {
    /// The dialect it is said in.
    pub client: Wire,
    /// What is asked for.
    pub operation: Operation,
    /// The model or alias as the client wrote it, unescaped.
    pub model: String,
    /// The model's JSON string, quotes included.
    pub model_span: Span,
    /// The answer is to be a stream of events.
    pub stream: bool,
    /// The client itself asked for the usage in its stream.
    pub usage_in_stream: bool,
    /// The client's own cap on the answer; the larger one, if it named two.
    pub output_cap_tokens: Option<u64>,
    /// How many answers are asked for, those to several prompts together, at least 1.
    pub choices: u32,
    /// How many answers are made and billed, at least as many: the best of them may be all that is given (`best_of`).
    pub answers: u32,
    /// How many tools the model may call.
    pub tools: u32,
    /// How many pictures it carries, in messages and in what tools returned. Parts of a type that nobody here knows
    /// are counted as nothing.
    pub images: u32,
    /// How many recordings it carries, counted alike.
    pub audio: u32,
    /// How many documents and other files it carries, counted alike.
    pub documents: u32,
}

/// A request that was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// What every stage may know of it.
    pub facts: Facts,
    /// Its texts, in the order in which they stand.
    pub segments: Vec<Segment>,
}
