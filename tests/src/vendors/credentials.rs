//! What the fakes let in, and nobody but they and the gateway under test has.

/// Of OpenAI, as a bearer.
pub const OPENAI_KEY: &str = "sk-fake-openai-2hV9cQ7xLm4T";
/// Of Azure, as `api-key`.
pub const AZURE_KEY: &str = "fake-azure-6Rk1Wn8sYp3D";
/// Of Anthropic, as `x-api-key`.
pub const ANTHROPIC_KEY: &str = "sk-ant-fake-5Jb0Zt6uGf8E";
