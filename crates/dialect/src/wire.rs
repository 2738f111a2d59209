//! The wire languages.

/// What a client or a vendor speaks. A vendor is a row of policy; a dialect is code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Wire {
    /// OpenAI's Chat Completions, embeddings and legacy completions, and all that speak them.
    OpenAi,
    /// OpenAI's Responses.
    Responses,
    /// Anthropic's Messages.
    Anthropic,
    /// Amazon Bedrock's Converse, and `InvokeModel` for embeddings.
    Bedrock,
    /// Google's Gemini API and Vertex AI: `generateContent`.
    Google,
    /// Cohere's v2 chat, embed and rerank.
    Cohere,
}

impl Wire {
    /// All of them.
    pub const ALL: [Wire; 6] =
        [Wire::OpenAi, Wire::Responses, Wire::Anthropic, Wire::Bedrock, Wire::Google, Wire::Cohere];

    /// The word for it in policies and records.
    pub fn word(self) -> &'static str {
        match self {
            Wire::OpenAi => "openai",
            Wire::Responses => "responses",
            Wire::Anthropic => "anthropic",
            Wire::Bedrock => "bedrock",
            Wire::Google => "google",
            Wire::Cohere => "cohere",
        }
    }

    /// By its word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|wire| wire.word() == word)
    }

    /// As it is called in sentences about losses.
    pub fn maker(self) -> &'static str {
        match self {
            Wire::OpenAi => "OpenAI's chat completions",
            Wire::Responses => "OpenAI's responses",
            Wire::Anthropic => "Anthropic",
            Wire::Bedrock => "Bedrock",
            Wire::Google => "Google",
            Wire::Cohere => "Cohere",
        }
    }
}
