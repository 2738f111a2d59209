//! The dialects, one row each. Everything else that depends on a dialect is in that dialect's folder.

use crate::codec::{Client, Embeddings, ErrorWords, Headers, Turns, VendorSide};
use crate::handed_out::table::{Ids, Place};
use crate::needs::endpoint::Endpoint;
use crate::{Dialect, anthropic, bedrock, cohere, google, openai, responses};

/// The row of a client's dialect. The parts of a row are apart so that a component links only those that it uses.
pub(crate) fn client(dialect: Dialect) -> &'static Client {
    match dialect {
        Dialect::OpenAi => &OPENAI,
        Dialect::Responses => &RESPONSES,
        Dialect::Anthropic => &ANTHROPIC,
        Dialect::Bedrock => &BEDROCK,
        Dialect::Google => &GOOGLE,
        Dialect::Cohere => &COHERE,
    }
}

/// The row of a vendor's dialect.
pub(crate) fn vendor(dialect: Dialect) -> &'static VendorSide {
    match dialect {
        Dialect::OpenAi => &OPENAI_VENDOR,
        Dialect::Responses => &RESPONSES_VENDOR,
        Dialect::Anthropic => &ANTHROPIC_VENDOR,
        Dialect::Bedrock => &BEDROCK_VENDOR,
        Dialect::Google => &GOOGLE_VENDOR,
        Dialect::Cohere => &COHERE_VENDOR,
    }
}

/// The headers of a dialect.
pub(crate) fn headers(dialect: Dialect) -> &'static Headers {
    match dialect {
        Dialect::OpenAi => &OPENAI_HEADERS,
        Dialect::Responses => &RESPONSES_HEADERS,
        Dialect::Anthropic => &ANTHROPIC_HEADERS,
        Dialect::Bedrock => &BEDROCK_HEADERS,
        Dialect::Google => &GOOGLE_HEADERS,
        Dialect::Cohere => &COHERE_HEADERS,
    }
}

static OPENAI: Client = Client {
    ids: Some(Ids { event: Place::Completion, whole: Place::Completion, members: &["\"audio\""] }),
    cap_fields: &["max_tokens", "max_completion_tokens"],
    turns: Some(Turns { field: "messages", kept_by: None }),
    ..NO_CLIENT
};

static OPENAI_VENDOR: VendorSide = VendorSide {
    encode: openai::encode_chat,
    reader: |memo| Box::new(openai::Reader::new(memo)),
    read_whole: openai::read_whole,
    explain: openai::explain,
    embeddings: None,
};

static OPENAI_HEADERS: Headers = CHAT_HEADERS;

static RESPONSES: Client = Client {
    read: responses::read,
    decode: responses::decode,
    echo: Some(responses::echo),
    pass: responses::pass,
    lenient_decoder: false,
    writer: |context| Box::new(responses::Writer::new(context)),
    texts: |_| Box::<crate::texts::responses::Responses>::default(),
    error: ErrorWords {
        status: responses::error::status,
        body: responses::error::body,
        event: responses::error::event,
    },
    waiting: COMMENT,
    field_name: responses::field_name,
    endpoint: Endpoint::Responses,
    cap_fields: &["max_output_tokens"],
    turns: Some(Turns { field: "input", kept_by: Some("conversation") }),
    ids: Some(Ids {
        event: Place::Event,
        whole: Place::Answer,
        members: &["\"id\"", "\"file_id\"", "\"container_id\""],
    }),
};

static RESPONSES_VENDOR: VendorSide = VendorSide {
    encode: responses::encode,
    reader: |memo| Box::new(responses::Reader::new(memo)),
    read_whole: responses::read_whole,
    explain: responses::explain,
    embeddings: None,
};

static RESPONSES_HEADERS: Headers = CHAT_HEADERS;

static ANTHROPIC: Client = Client {
    read: anthropic::read,
    decode: anthropic::decode,
    echo: None,
    pass: anthropic::pass,
    lenient_decoder: false,
    writer: |context| Box::new(anthropic::Writer::new(context)),
    texts: |_| Box::<crate::texts::anthropic::Anthropic>::default(),
    error: ErrorWords {
        status: anthropic::error::status,
        body: anthropic::error::body,
        event: anthropic::error::event,
    },
    waiting: anthropic::PING,
    field_name: anthropic::field_name,
    endpoint: Endpoint::Messages,
    cap_fields: &[],
    turns: Some(Turns { field: "messages", kept_by: None }),
    ids: Some(Ids {
        event: Place::MessageEvent,
        whole: Place::Message,
        members: &["\"file_id\"", "\"container\""],
    }),
};

static ANTHROPIC_VENDOR: VendorSide = VendorSide {
    encode: anthropic::encode,
    reader: |memo| Box::new(anthropic::Reader::new(memo)),
    read_whole: anthropic::read_whole,
    explain: anthropic::explain,
    embeddings: None,
};

static ANTHROPIC_HEADERS: Headers = Headers {
    // <https://platform.claude.com/docs/en/api/versioning>, <https://platform.claude.com/docs/en/api/beta-headers>; Claude
    // Code's contract for gateways names the same two: <https://code.claude.com/docs/en/llm-gateway-protocol>.
    to_vendor: &["anthropic-beta", "anthropic-version"],
    // Anthropic documents `request-id`, its limits and its organization's id, all of which are between it and the gateway:
    // <https://platform.claude.com/docs/en/api/overview>.
    to_client: &[],
    own: &["anthropic-"],
};

static BEDROCK: Client = NO_CLIENT;

static BEDROCK_VENDOR: VendorSide = VendorSide {
    encode: bedrock::encode,
    reader: |memo| Box::new(bedrock::Reader::new(memo)),
    read_whole: bedrock::read_whole,
    explain: bedrock::explain,
    embeddings: Some(Embeddings {
        encode: crate::embed::bedrock::encode,
        // Its shapes do not collide with Cohere's.
        read: crate::embed::cohere::read,
    }),
};

static BEDROCK_HEADERS: Headers =
    Headers { to_vendor: &[], to_client: &[], own: &["x-amz-", "x-amzn-"] };

static GOOGLE: Client = NO_CLIENT;

static GOOGLE_VENDOR: VendorSide = VendorSide {
    encode: google::encode,
    reader: |memo| Box::new(google::Reader::new(memo)),
    read_whole: google::read_whole,
    explain: google::explain,
    embeddings: Some(Embeddings {
        encode: crate::embed::google::encode,
        read: crate::embed::google::read,
    }),
};

static GOOGLE_HEADERS: Headers = Headers { to_vendor: &[], to_client: &[], own: &["x-goog-"] };

static COHERE: Client = NO_CLIENT;

static COHERE_VENDOR: VendorSide = VendorSide {
    encode: cohere::encode,
    reader: |memo| Box::new(cohere::Reader::new(memo)),
    read_whole: cohere::read_whole,
    explain: cohere::explain,
    embeddings: Some(Embeddings {
        encode: crate::embed::cohere::encode,
        read: crate::embed::cohere::read,
    }),
};

static COHERE_HEADERS: Headers = Headers {
    // The name of the requesting project: <https://docs.cohere.com/reference/rerank>.
    to_vendor: &["x-client-name"],
    to_client: &[],
    own: &["cohere-"],
};

/// A comment (WHATWG HTML, 9.2.6). No empty line follows it: at one, older versions of `openai-go` (pull request 621) and of
/// `openai-python` (issue 2722) hand out an event without data, and fail.
const COMMENT: &str = ": waiting\n";

/// A dialect that no client speaks in chats. Its clients still receive answers to reranking and faults, in OpenAI's dialect.
const NO_CLIENT: Client = Client {
    read: openai::read,
    decode: openai::decode,
    echo: None,
    pass: openai::encode,
    lenient_decoder: true,
    writer: |context| Box::new(openai::Writer::new(context)),
    texts: |facts| Box::new(crate::texts::chat::Chat::new(facts)),
    error: ErrorWords {
        status: openai::error::status,
        body: openai::error::body,
        event: openai::error::event,
    },
    waiting: COMMENT,
    field_name: openai::field_name,
    endpoint: Endpoint::Chat,
    cap_fields: &[],
    turns: None,
    ids: None,
};

const CHAT_HEADERS: Headers = Headers {
    // Beta features, and the caller's own id for a request, which OpenAI's support can look up:
    // <https://developers.openai.com/api/reference/overview>.
    to_vendor: &["openai-beta", "x-client-request-id"],
    // The processing time, the version and the model: <https://developers.openai.com/api/reference/overview>. Servers that
    // speak the dialect send these headers as well.
    to_client: &["openai-model", "openai-processing-ms", "openai-version"],
    own: &["openai-", "x-openai-"],
};
