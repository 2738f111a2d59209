//! The credentials that the fakes accept, and only the gateway under test has.

/// Of OpenAI, as a bearer.
pub const OPENAI_KEY: &str = "sk-fake-openai-2hV9cQ7xLm4T";
/// Of Azure, as `api-key`.
pub const AZURE_KEY: &str = "fake-azure-6Rk1Wn8sYp3D";
/// Of Anthropic, as `x-api-key`.
pub const ANTHROPIC_KEY: &str = "sk-ant-fake-5Jb0Zt6uGf8E";
/// Of AWS: the name of the key.
pub const AWS_ACCESS_KEY_ID: &str = "ASIAFAKEFAKEFAKEFAKE";
/// Of AWS: what requests are signed with.
pub const AWS_SECRET_ACCESS_KEY: &str = "fake/secret+4Yw7Nd2Kq9Lx5Vb8Tm1Jr6Hs3Pc0";
/// Of AWS: demanded with the key, in `x-amz-security-token`.
pub const AWS_SESSION_TOKEN: &str = "fake-session-token/with+signs==";
/// The only region that the fake is in.
pub const AWS_REGION: &str = "us-east-1";
/// Of the Gemini API, as `x-goog-api-key`.
pub const GOOGLE_KEY: &str = "AIzaFake-3Ht7Mw1Qz9Kp5Xv2Bn8Ld4Rs6Jc0Yf";
/// The only project that the fake of Vertex knows.
pub const VERTEX_PROJECT: &str = "fake-project";
/// The only location.
pub const VERTEX_LOCATION: &str = "us-central1";
/// What the endpoint of tokens gives for a good assertion, and Vertex takes as a bearer.
pub const VERTEX_TOKEN: &str = "ya29.fake-8Wq4Tz6Nk2Rm0Yb";
/// Of Cohere, as a bearer.
pub const COHERE_KEY: &str = "fake-cohere-9Fd3Vg7Lx1Ks5Pj";
