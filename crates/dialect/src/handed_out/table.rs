//! The table of the places where answers hand out an id, with its kind. `named` lists the fields of requests that name one.
//!
//! The references are <https://platform.openai.com/docs/api-reference/responses> and `chat`, and
//! <https://docs.claude.com/en/api/messages>.

/// The kind of object that an id identifies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Kind {
    /// An answer that the vendor stores.
    Response,
    Conversation,
    /// A part of an answer that the vendor stores: a message, a thought, a call.
    Item,
    File,
    /// The place where the vendor runs code.
    Container,
    /// The model's speech.
    Audio,
}

/// An object in an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Place {
    /// An event of OpenAI's responses.
    Event,
    /// OpenAI's response.
    Answer,
    /// Its conversation.
    Conversation,
    /// One of its items.
    Item,
    /// The result of a search or the output of code.
    Found,
    /// A part of a message.
    Part,
    /// A source that it cites.
    Annotation,
    /// An event of Anthropic's messages.
    MessageEvent,
    /// Anthropic's message, and an event's change to it.
    Message,
    /// Its container.
    Container,
    /// One of its blocks.
    Block,
    /// The output of Anthropic's tools.
    Returned,
    /// A completion of OpenAI's chats, and a chunk of one.
    Completion,
    Choice,
    /// A message of a completion, and a delta.
    Said,
    Audio,
}

/// The places where the answers of a dialect hand out ids that its requests can name.
#[derive(Debug)]
pub(crate) struct Ids {
    /// The kind of object that an event of a stream is.
    pub event: Place,
    /// The kind of object that a buffered answer is.
    pub whole: Place,
    /// The last members on the paths to ids, as written in the text: without one of them there is no id.
    pub members: &'static [&'static str],
}

impl Ids {
    /// The kind of the outermost object.
    pub fn root(&self, is_stream: bool) -> Place {
        if is_stream { self.event } else { self.whole }
    }

    /// Whether a text may contain the last member of a path to an id.
    pub fn may_be_in(&self, text: &str) -> bool {
        self.members.iter().any(|member| text.contains(member))
    }
}

/// The meaning of a member of an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Then {
    /// An object, or a list of them.
    Go(Place),
    /// An id, or a list of them.
    Id(Kind),
}

use Then::{Go, Id};

/// All other members are ignored.
pub(super) const STEPS: &[(Place, &str, Then)] = &[
    (Place::Event, "response", Go(Place::Answer)),
    (Place::Event, "item", Go(Place::Item)),
    (Place::Event, "part", Go(Place::Part)),
    (Place::Event, "annotation", Go(Place::Annotation)),
    (Place::Answer, "id", Id(Kind::Response)),
    (Place::Answer, "conversation", Go(Place::Conversation)),
    (Place::Answer, "output", Go(Place::Item)),
    (Place::Conversation, "id", Id(Kind::Conversation)),
    (Place::Item, "id", Id(Kind::Item)),
    (Place::Item, "container_id", Id(Kind::Container)),
    (Place::Item, "environment", Go(Place::Found)),
    (Place::Item, "results", Go(Place::Found)),
    (Place::Item, "outputs", Go(Place::Found)),
    (Place::Item, "content", Go(Place::Part)),
    (Place::Found, "file_id", Id(Kind::File)),
    (Place::Found, "files", Go(Place::Found)),
    (Place::Found, "container_id", Id(Kind::Container)),
    (Place::Part, "annotations", Go(Place::Annotation)),
    (Place::Annotation, "file_id", Id(Kind::File)),
    (Place::Annotation, "container_id", Id(Kind::Container)),
    (Place::MessageEvent, "message", Go(Place::Message)),
    (Place::MessageEvent, "delta", Go(Place::Message)),
    (Place::MessageEvent, "content_block", Go(Place::Block)),
    (Place::Message, "container", Go(Place::Container)),
    (Place::Message, "content", Go(Place::Block)),
    (Place::Container, "id", Id(Kind::Container)),
    (Place::Block, "file_id", Id(Kind::File)),
    (Place::Block, "content", Go(Place::Returned)),
    (Place::Returned, "content", Go(Place::Returned)),
    (Place::Returned, "file_id", Id(Kind::File)),
    (Place::Completion, "choices", Go(Place::Choice)),
    (Place::Choice, "message", Go(Place::Said)),
    (Place::Choice, "delta", Go(Place::Said)),
    (Place::Said, "audio", Go(Place::Audio)),
    (Place::Audio, "id", Id(Kind::Audio)),
];

/// Whether an object's `type` permits reading it: other objects in these places hold the output of the caller's own servers.
pub(super) fn is_trusted(place: Place, kind: Option<&str>) -> bool {
    let ends = |ending: &str| kind.is_some_and(|kind| kind.ends_with(ending));
    match place {
        Place::Block => ends("container_upload") || ends("code_execution_tool_result"),
        Place::Returned => ends("code_execution_result") || ends("code_execution_output"),
        _ => true,
    }
}

pub(super) fn step(place: Place, member: &str) -> Option<Then> {
    STEPS.iter().find(|(at, name, _)| *at == place && *name == member).map(|(.., then)| *then)
}
