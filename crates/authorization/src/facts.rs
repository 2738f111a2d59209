//! The inputs of a decision.

use std::net::IpAddr;

/// The caller.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Principal {
    /// Its name in policies, records and limits.
    pub consumer: String,
    /// The team it belongs to.
    pub team: Option<String>,
    /// The customer or business unit it belongs to.
    pub tenant: Option<String>,
    /// The plan whose limits apply to it.
    pub plan: Option<String>,
    /// Its roles, in any order.
    pub roles: Vec<String>,
    /// The regions that may process its data; none: any.
    pub regions: Option<Vec<String>>,
    /// How confidential its data is: public, internal, confidential or restricted.
    pub data_class: Option<String>,
    /// The name of its token's issuer; none: it has an API key.
    pub issuer: Option<String>,
}

/// An action.
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
    /// Give the model tools, or use the vendor's own.
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
    /// Have pictures or films generated.
    GenerateImages,
    /// Let the vendor store the conversation, or continue a stored one.
    KeepState,
    /// Let the vendor choose another model or provider than the gateway did.
    RouteAtVendor,
    /// List the models.
    ListModels,
    /// Be told how a request was decided.
    Explain,
    /// Administer the gateway.
    Admin,
    /// See what the consumers of the caller's own tenant did.
    AdminTenant,
    /// See what the consumers of the caller's own team did.
    AdminTeam,
}

impl Action {
    /// All of them.
    pub const ALL: [Self; 19] = [
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
        Self::Explain,
        Self::Admin,
        Self::AdminTenant,
        Self::AdminTeam,
    ];

    /// Its name in policies: `Action::"chat"`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
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
            Self::Explain => "explain",
            Self::Admin => "admin",
            Self::AdminTenant => "admin_tenant",
            Self::AdminTeam => "admin_team",
        }
    }

    /// The action of a name.
    #[must_use]
    pub fn from_name(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|action| action.as_str() == word)
    }

    /// Whether its resource is a model, and so belongs to `Action::"use"`; the resource of the others is the gateway.
    #[must_use]
    pub fn is_on_model(self) -> bool {
        !matches!(
            self,
            Self::ListModels | Self::Explain | Self::Admin | Self::AdminTenant | Self::AdminTeam
        )
    }
}

/// A resource.
///
/// No validated policy that names a resource permits an action on the other kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Resource {
    /// The gateway itself.
    Gateway,
    /// A model at one of its providers.
    Model {
        /// The model's name in `models.toml`.
        name: String,
        /// The requested alias; none if the model was requested by its own name.
        route: Option<String>,
        /// The provider's name in `models.toml`.
        provider: String,
        /// The region where the provider processes data, if policy names it.
        region: Option<String>,
    },
}

/// The context. For actions on the gateway only the time and the address count.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Context {
    /// Seconds since 1970-01-01T00:00:00Z; a time after the year 9999 counts as its end.
    pub unix_s: u64,
    /// The client's address, if the host knows it.
    pub ip: Option<IpAddr>,
    /// The dialect of the client: openai, responses, anthropic or cohere.
    pub client: String,
    /// Whether the answer is streamed.
    pub stream: bool,
    /// The number of tools that the model gets.
    pub tools: u64,
    /// The request's cap on the answer's tokens, if it has one.
    pub output_cap_tokens: Option<u64>,
    /// The length of the request's body.
    pub body_bytes: u64,
}
