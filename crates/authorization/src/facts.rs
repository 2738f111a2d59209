//! What a decision is made about.

use std::net::IpAddr;

/// Who calls.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Principal {
    /// The name that its policies, records and limits know it by.
    pub consumer: String,
    /// The team it belongs to.
    pub team: Option<String>,
    /// The customer or business unit it belongs to.
    pub tenant: Option<String>,
    /// The plan whose limits hold for it.
    pub plan: Option<String>,
    /// Its roles, in any order.
    pub roles: Vec<String>,
    /// Where it may have its data processed; none: anywhere.
    pub regions: Option<Vec<String>>,
    /// How its data is to be protected: public, internal, confidential or restricted.
    pub data_class: Option<String>,
    /// The name of the issuer whose token it came with; none: it came with an API key.
    pub issuer: Option<String>,
}

/// What is to be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Action {
    /// Have a conversation, or a legacy completion.
    Chat,
    /// Turn text into vectors.
    Embed,
    /// Order texts by how well they answer a question.
    Rerank,
    /// Write down what is said in a recording.
    Transcribe,
    /// Count the tokens of a request.
    CountTokens,
    /// Offer tools to the model, or have the vendor's own used.
    UseTools,
    /// Send images.
    SendImages,
    /// Send audio.
    SendAudio,
    /// Send documents, such as PDF files.
    SendDocuments,
    /// Send films.
    SendVideo,
    /// Have the model speak: in a conversation, or a text.
    ReceiveAudio,
    /// Have pictures or films made.
    GenerateImages,
    /// Have the vendor keep the conversation, or go on from what it keeps.
    KeepState,
    /// Have the vendor take another model or provider than the gateway chose.
    RouteAtVendor,
    /// See which models there are.
    ListModels,
    /// Administer the gateway.
    Admin,
}

impl Action {
    /// All of them.
    pub const ALL: [Self; 16] = [
        Self::Chat,
        Self::Embed,
        Self::Rerank,
        Self::Transcribe,
        Self::CountTokens,
        Self::UseTools,
        Self::SendImages,
        Self::SendAudio,
        Self::SendDocuments,
        Self::SendVideo,
        Self::ReceiveAudio,
        Self::GenerateImages,
        Self::KeepState,
        Self::RouteAtVendor,
        Self::ListModels,
        Self::Admin,
    ];

    /// The word for it in policies: `Action::"chat"`.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Chat => "chat",
            Self::Embed => "embed",
            Self::Rerank => "rerank",
            Self::Transcribe => "transcribe",
            Self::CountTokens => "count_tokens",
            Self::UseTools => "use_tools",
            Self::SendImages => "send_images",
            Self::SendAudio => "send_audio",
            Self::SendDocuments => "send_documents",
            Self::SendVideo => "send_video",
            Self::ReceiveAudio => "receive_audio",
            Self::GenerateImages => "generate_images",
            Self::KeepState => "keep_state",
            Self::RouteAtVendor => "route_at_vendor",
            Self::ListModels => "list_models",
            Self::Admin => "admin",
        }
    }

    /// The action of this word.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|action| action.word() == word)
    }

    /// Whether it is done with a model, and so belongs to `Action::"use"`; the others are done with the gateway.
    #[must_use]
    pub fn is_on_model(self) -> bool {
        !matches!(self, Self::ListModels | Self::Admin)
    }
}

/// What it is done with.
///
/// An action on the other kind of resource is permitted by no validated policy that names either.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Resource {
    /// The gateway itself.
    Gateway,
    /// A model at one of its providers.
    Model {
        /// The model's name in `models.toml`.
        name: String,
        /// The alias that was asked for; none when the model was asked for by its own name.
        route: Option<String>,
        /// The provider's name in `models.toml`.
        provider: String,
        /// Where the provider processes data, if it says.
        region: Option<String>,
    },
}

/// How and when it is done. Of actions on the gateway only the time and the address count.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Context {
    /// Seconds since 1970-01-01T00:00:00Z; what is after the year 9999 counts as its end.
    pub unix_s: u64,
    /// Where the client is, if the host says.
    pub ip: Option<IpAddr>,
    /// The API that the client speaks: openai, responses, anthropic or cohere.
    pub client: String,
    /// Whether the answer is streamed.
    pub stream: bool,
    /// How many tools are offered to the model.
    pub tools: u64,
    /// The most tokens of an answer, where the request says.
    pub output_cap_tokens: Option<u64>,
    /// The length of the request's body.
    pub body_bytes: u64,
}
