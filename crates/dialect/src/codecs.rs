//! The dialects, one row each. Everything else that depends on a dialect is in that dialect's folder.

use crate::codec::{Client, Codec, Embeddings, ErrorWords, Headers, VendorSide};
use crate::handed_out::table::{Ids, Place};
use crate::needs::endpoint::Endpoint;
use crate::{Dialect, anthropic, bedrock, cohere, google, openai, responses};

/// The row of a dialect.
pub(crate) fn of(wire: Dialect) -> &'static Codec {
    match wire {
        Dialect::OpenAi => &OPENAI,
        Dialect::Responses => &RESPONSES,
        Dialect::Anthropic => &ANTHROPIC,
        Dialect::Bedrock => &BEDROCK,
        Dialect::Google => &GOOGLE,
        Dialect::Cohere => &COHERE,
    }
}

static OPENAI: Codec = Codec {
    client: Client {
        ids: Some(Ids {
            event: Place::Completion,
            whole: Place::Completion,
            members: &["\"audio\""],
        }),
        cap_fields: &["max_tokens", "max_completion_tokens"],
        ..NO_CLIENT
    },
    vendor: VendorSide {
        encode: openai::encode_chat,
        reader: |memo| Box::new(openai::Reader::new(memo)),
        read_whole: openai::read_whole,
        explain: openai::explain,
        embeddings: None,
    },
    headers: OPENAI_HEADERS,
};

static RESPONSES: Codec = Codec {
    client: Client {
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
        field_name: responses::field_name,
        endpoint: Endpoint::Responses,
        cap_fields: &["max_output_tokens"],
        ids: Some(Ids {
            event: Place::Event,
            whole: Place::Answer,
            members: &["\"id\"", "\"file_id\"", "\"container_id\""],
        }),
    },
    vendor: VendorSide {
        encode: responses::encode,
        reader: |memo| Box::new(responses::Reader::new(memo)),
        read_whole: responses::read_whole,
        explain: responses::explain,
        embeddings: None,
    },
    headers: OPENAI_HEADERS,
};

static ANTHROPIC: Codec = Codec {
    client: Client {
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
        field_name: anthropic::field_name,
        endpoint: Endpoint::Messages,
        cap_fields: &[],
        ids: Some(Ids {
            event: Place::MessageEvent,
            whole: Place::Message,
            members: &["\"file_id\"", "\"container\""],
        }),
    },
    vendor: VendorSide {
        encode: anthropic::encode,
        reader: |memo| Box::new(anthropic::Reader::new(memo)),
        read_whole: anthropic::read_whole,
        explain: anthropic::explain,
        embeddings: None,
    },
    headers: Headers {
        // <https://platform.claude.com/docs/en/api/versioning>, <https://platform.claude.com/docs/en/api/beta-headers>; Claude
        // Code's contract for gateways names the same two: <https://code.claude.com/docs/en/llm-gateway-protocol>.
        to_vendor: &["anthropic-beta", "anthropic-version"],
        // Anthropic documents `request-id`, its limits and its organization's id, all of which are between it and the gateway:
        // <https://platform.claude.com/docs/en/api/overview>.
        to_client: &[],
        own: &["anthropic-"],
    },
};

static BEDROCK: Codec = Codec {
    client: NO_CLIENT,
    vendor: VendorSide {
        encode: bedrock::encode,
        reader: |memo| Box::new(bedrock::Reader::new(memo)),
        read_whole: bedrock::read_whole,
        explain: bedrock::explain,
        embeddings: Some(Embeddings {
            encode: crate::embed::bedrock::encode,
            // Its shapes do not collide with Cohere's.
            read: crate::embed::cohere::read,
        }),
    },
    headers: Headers { to_vendor: &[], to_client: &[], own: &["x-amz-", "x-amzn-"] },
};

static GOOGLE: Codec = Codec {
    client: NO_CLIENT,
    vendor: VendorSide {
        encode: google::encode,
        reader: |memo| Box::new(google::Reader::new(memo)),
        read_whole: google::read_whole,
        explain: google::explain,
        embeddings: Some(Embeddings {
            encode: crate::embed::google::encode,
            read: crate::embed::google::read,
        }),
    },
    headers: Headers { to_vendor: &[], to_client: &[], own: &["x-goog-"] },
};

static COHERE: Codec = Codec {
    client: NO_CLIENT,
    vendor: VendorSide {
        encode: cohere::encode,
        reader: |memo| Box::new(cohere::Reader::new(memo)),
        read_whole: cohere::read_whole,
        explain: cohere::explain,
        embeddings: Some(Embeddings {
            encode: crate::embed::cohere::encode,
            read: crate::embed::cohere::read,
        }),
    },
    headers: Headers {
        // The name of the requesting project: <https://docs.cohere.com/reference/rerank>.
        to_vendor: &["x-client-name"],
        to_client: &[],
        own: &["cohere-"],
    },
};

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
    field_name: openai::field_name,
    endpoint: Endpoint::Chat,
    cap_fields: &[],
    ids: None,
};

const OPENAI_HEADERS: Headers = Headers {
    // Beta features, and the caller's own id for a request, which OpenAI's support can look up:
    // <https://developers.openai.com/api/reference/overview>.
    to_vendor: &["openai-beta", "x-client-request-id"],
    // The processing time, the version and the model: <https://developers.openai.com/api/reference/overview>. Servers that
    // speak the dialect send these headers as well.
    to_client: &["openai-model", "openai-processing-ms", "openai-version"],
    own: &["openai-", "x-openai-"],
};
