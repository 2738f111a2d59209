//! The names of actions.

use crate::auth::Action;

impl Action {
    /// Its name, as policies write it.
    pub fn as_str(self) -> &'static str {
        match self {
            Action::Chat => "chat",
            Action::Embed => "embed",
            Action::Rerank => "rerank",
            Action::Transcribe => "transcribe",
            Action::CountTokens => "count_tokens",
            Action::ListModels => "list_models",
            Action::UseTools => "use_tools",
            Action::SendImages => "send_images",
            Action::SendAudio => "send_audio",
            Action::SendDocuments => "send_documents",
            Action::SendVideo => "send_video",
            Action::ReceiveAudio => "receive_audio",
            Action::GenerateImages => "generate_images",
            Action::KeepState => "keep_state",
            Action::RouteAtVendor => "route_at_vendor",
            Action::Explain => "explain",
            Action::Admin => "admin",
            Action::AdminTenant => "admin_tenant",
            Action::AdminTeam => "admin_team",
        }
    }
}

impl crate::guardrail::Action {
    /// Its name, as policies write it.
    pub fn as_str(self) -> &'static str {
        use crate::guardrail::Action;
        match self {
            Action::Allow => "allow",
            Action::Flag => "flag",
            Action::Anonymise => "anonymise",
            Action::Mask => "mask",
            Action::Redact => "redact",
            Action::Replace => "replace",
            Action::Repair => "repair",
            Action::Block => "block",
        }
    }
}
