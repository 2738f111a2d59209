//! Vendors of models and related services.

use super::super::class::{alnum, hex, letter, lower, url64};
use super::{Check, Row, between, exactly, row, text};

pub const ROWS: &[Row] = &[
    // crates/keys: 43 characters of secret, 6 of checksum. Other vendors' publishable keys have the same prefix.
    row("postern_key", "pk_live_", &[exactly(alnum, 49)]).check(Check::OwnCrc),
    // https://platform.openai.com/docs/api-reference/authentication; DeepSeek, Moonshot, Alibaba and others use the same form.
    row("openai_key", "sk-", &[between(alnum, 20, 64)]).check(Check::Random),
    row("openai_key", "sk-proj-", &[between(url64, 20, 220)]).check(Check::Random),
    row("openai_key", "sk-svcacct-", &[between(url64, 20, 220)]).check(Check::Random),
    row("openai_key", "sk-service-", &[between(url64, 20, 220)]).check(Check::Random),
    row("openai_key", "sk-admin-", &[between(url64, 20, 220)]).check(Check::Random),
    row("openai_key", "sk-None-", &[between(url64, 20, 220)]).check(Check::Random),
    row("openai_session", "sess-", &[exactly(alnum, 40)]),
    // https://docs.anthropic.com/en/api/overview
    row("anthropic_key", "sk-ant-", &[between(url64, 24, 140)]).check(Check::Random),
    // https://openrouter.ai/docs/api-reference/authentication
    row("openrouter_key", "sk-or-v1-", &[between(alnum, 32, 64)]).check(Check::Random),
    // https://langfuse.com/docs/api
    row("langfuse_key", "sk-lf-", &[exactly(hexes, 36)]),
    // https://docs.helicone.ai
    row("helicone_key", "sk-helicone-", &[between(url64, 24, 60)]).check(Check::Random),
    // https://console.groq.com/docs/quickstart
    row("groq_key", "gsk_", &[between(alnum, 48, 56)]),
    // https://huggingface.co/docs/hub/security-tokens
    row("huggingface_token", "hf_", &[between(alnum, 30, 40)]),
    row("huggingface_token", "api_org_", &[between(letter, 34, 34)]),
    // https://replicate.com/docs/topics/security/api-tokens
    row("replicate_token", "r8_", &[between(url64, 36, 40)]),
    // https://docs.x.ai/docs/overview
    row("xai_key", "xai-", &[between(url64, 60, 90)]),
    // https://docs.perplexity.ai/guides/getting-started
    row("perplexity_key", "pplx-", &[between(alnum, 40, 60)]),
    // https://docs.fireworks.ai/api-reference/introduction
    row("fireworks_key", "fw_", &[between(alnum, 22, 28)]).check(Check::Random),
    // https://docs.together.ai/docs/quickstart
    row("together_key", "tgp_v1_", &[between(url64, 40, 50)]),
    // https://docs.api.nvidia.com/nim/reference/authentication
    row("nvidia_key", "nvapi-", &[between(url64, 58, 74)]),
    // https://inference-docs.cerebras.ai/quickstart
    row("cerebras_key", "csk-", &[between(lower, 40, 56)]).check(Check::Random),
    // https://docs.voyageai.com/docs/api-key-and-installation
    row("voyage_key", "pa-", &[between(url64, 42, 46)]).check(Check::Random),
    // https://jina.ai/api-dashboard
    row("jina_key", "jina_", &[between(url64, 50, 70)]),
    // https://elevenlabs.io/docs/api-reference/authentication
    row("elevenlabs_key", "sk_", &[exactly(hex, 48)]),
    // https://docs.tavily.com/documentation/api-reference/introduction
    row("tavily_key", "tvly-", &[between(url64, 28, 48)]).check(Check::Random),
    // https://docs.smith.langchain.com/administration/concepts#api-keys
    row("langsmith_key", "lsv2_pt_", &[exactly(hex, 32), text("_"), exactly(hex, 10)]),
    row("langsmith_key", "lsv2_sk_", &[exactly(hex, 32), text("_"), exactly(hex, 10)]),
    // https://docs.pinecone.io/guides/projects/manage-api-keys
    row("pinecone_key", "pcsk_", &[between(url64, 50, 80)]),
    // https://docs.firecrawl.dev/introduction
    row("firecrawl_key", "fc-", &[exactly(hex, 32)]),
    // https://docs.wandb.ai/support/find_api_key
    row("wandb_key", "wandb_v1_", &[between(url64, 40, 90)]),
    // https://docs.anyscale.com/reference/environment-variables
    row("anyscale_key", "esecret_", &[between(lower, 24, 40)]),
];

const fn hexes(byte: u8) -> bool {
    hex(byte) || byte == b'-'
}
