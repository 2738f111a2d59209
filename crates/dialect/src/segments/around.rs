//! The context of a value, which determines what a text in it is.

use super::means::Means;
use crate::Role;
use crate::SegmentKind as Kind;

#[derive(Debug, Clone, Copy)]
pub(crate) struct Around {
    /// The kind of a text.
    pub kind: Kind,
    pub role: Role,
    /// The kind of a `name`.
    name: Kind,
    /// The kind of bytes.
    media: Kind,
    /// The kind of an `id`. None: it is of no use to a model.
    id: Option<Kind>,
}

impl Around {
    /// A user's text, the default while nothing else is known.
    pub const USER: Self = Around {
        kind: Kind::UserText,
        role: Role::User,
        name: Kind::ToolName,
        media: Kind::Media,
        id: None,
    };

    /// A message whose role may come after its content.
    pub const MESSAGE: Self = Around { name: Kind::SpeakerName, ..Self::USER };

    pub const INSTRUCTION: Self =
        Around { kind: Kind::Instruction, role: Role::System, ..Self::USER };

    pub const EMBEDDING: Self = Around { kind: Kind::EmbeddingInput, ..Self::USER };

    /// The same context, with texts of another kind.
    pub fn of(self, kind: Kind) -> Self {
        Around { kind, ..self }
    }

    /// The context within a field of this meaning.
    pub(super) fn within(self, means: Means) -> Self {
        let around = Around { name: Kind::ToolName, id: None, ..self };
        match means {
            Means::Holds(kind) => Around { kind, role: around.role_of(kind), ..around },
            Means::Picture => Around { media: Kind::ImageReference, ..around },
            Means::Spoken => Around { id: Some(Kind::VendorReference), ..around },
            _ => around,
        }
    }

    /// The speaker of a text of this kind, unless the message says otherwise.
    pub(super) fn role_of(self, kind: Kind) -> Role {
        match kind {
            Kind::Instruction | Kind::ToolSchema | Kind::AnswerSchema => Role::System,
            Kind::AssistantText
            | Kind::Reasoning
            | Kind::SealedReasoning
            | Kind::ToolName
            | Kind::ToolArguments => Role::Assistant,
            Kind::ToolResult => Role::Tool,
            _ => self.role,
        }
    }

    /// The kind of a string in a field of this meaning; None for settings and ids.
    pub(super) fn kind_of(self, means: Means) -> Option<Kind> {
        Some(match means {
            Means::Inherits | Means::Spoken | Means::TokenIds => self.kind,
            Means::Holds(kind) | Means::Whole(kind) => kind,
            Means::Input => Kind::ToolArguments,
            Means::Picture => Kind::ImageReference,
            Means::Bytes => self.media,
            Means::Name => self.name,
            Means::File => Kind::FileReference,
            Means::Reference => Kind::VendorReference,
            Means::Sealed => Kind::SealedReasoning,
            Means::Prediction => Kind::Prediction,
            // A string cannot define tools, so no model reads it as such.
            Means::Metadata | Means::Tools => Kind::Metadata,
            Means::Id => return self.id,
            Means::Detail | Means::Type | Means::Setting => return None,
        })
    }
}

/// The kind of a text whose author has this role.
pub(super) fn text_of(role: Role) -> Kind {
    match role {
        Role::System => Kind::Instruction,
        Role::User => Kind::UserText,
        Role::Assistant => Kind::AssistantText,
        Role::Tool => Kind::ToolResult,
    }
}
