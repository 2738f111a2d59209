//! A deployment of the policies as a target of the contract.

use postern_contract::types::{
    self, Counting, Credential, Deadlines, Dialect, Endpoint, HeaderCredential, ImageArea,
    ImageRule, ImageTiles, Metering, Operation, ServiceAccountCredential, Sigv4Credential, Target,
    Tokenizer, ToolRule, Transport, VendorApi,
};
use postern_policy::{Capability, Credential as Policy, Model, Provider, Quirks};
use postern_route::Choice;

/// The most tokens that Anthropic adds to a prompt with tools
/// (<https://docs.anthropic.com/en/docs/tool-use-pricing-and-tokens>).
const ANTHROPIC_TOOLS_TOKENS: u32 = 530;

/// The target of a deployment: all that later stages need. `name` is the requested name.
pub fn from_choice(choice: Choice<'_>, name: &str, operation: Operation) -> Target {
    let Choice { model, deployment } = &choice;
    let provider = &deployment.provider;
    let (transport, base_url) = match &provider.transport {
        postern_policy::Transport::Sandbox => (Transport::Sandbox, String::new()),
        postern_policy::Transport::Upstream { base_url, .. } => {
            (Transport::Upstream, base_url.to_string())
        }
    };
    Target {
        api: VendorApi {
            dialect: provider.dialect,
            model: deployment.upstream_model.clone(),
            max_output_tokens: model.max_output_tokens,
            reasons: model.can(Capability::Reasoning),
            native: operation != Operation::Completions || model.can(Capability::Completions),
            quirks: quirks(&deployment.quirks),
        },
        endpoint: Endpoint {
            transport,
            base_url,
            default_base_path: provider.default_base_path(),
            credential: credential(provider),
            deadlines: deadlines(provider),
        },
        metering: Metering {
            counting: counting(model, provider),
            price: deployment.price,
            context_tokens: model.context_tokens,
            max_output_tokens: model.max_output_tokens,
            least_cap_tokens: least_cap_tokens(provider.dialect),
            thinking_within_cap: thinks_within_cap(provider.dialect, &deployment.upstream_model),
        },
        deployment: self::deployment(&choice, name),
    }
}

/// A deployment as routing knows it. `name` is the requested name.
pub fn deployment(choice: &Choice<'_>, name: &str) -> types::Deployment {
    let Choice { model, deployment } = choice;
    let provider = &deployment.provider;
    types::Deployment {
        name: format!("{}/{}", provider.name, deployment.upstream_model),
        model: model.name.clone(),
        route: (name != model.name).then(|| name.to_owned()),
        provider: provider.name.clone(),
        region: provider.region.clone(),
    }
}

/// The variables of the provider's credential; none if it needs none.
fn credential(provider: &Provider) -> Option<Credential> {
    let postern_policy::Transport::Upstream { credential, .. } = &provider.transport else {
        return None;
    };
    Some(match credential.as_ref()?.clone() {
        Policy::Header { name, variable } => Credential::Header(HeaderCredential {
            header: name.header().to_owned(),
            prefix: name.prefix().to_owned(),
            variable,
        }),
        Policy::SigV4 { access_key_id, secret_access_key, session_token, region, service } => {
            Credential::Sigv4(Sigv4Credential {
                access_key_id,
                secret_access_key,
                session_token,
                region,
                service,
            })
        }
        Policy::GoogleServiceAccount { variable, token_url } => {
            Credential::ServiceAccount(ServiceAccountCredential { variable, token_url })
        }
    })
}

fn deadlines(provider: &Provider) -> Deadlines {
    let ms = |ms: u64| u32::try_from(ms).unwrap_or(u32::MAX);
    Deadlines {
        connect_ms: ms(provider.deadlines.connect_ms),
        first_byte_ms: ms(provider.deadlines.first_byte_ms),
        between_bytes_ms: ms(provider.deadlines.between_bytes_ms),
    }
}

fn quirks(quirks: &Quirks) -> types::Quirks {
    let paths = &quirks.paths;
    let paths_of = [
        (Operation::CountTokens, &paths.count_tokens),
        (Operation::Chat, &paths.chat),
        (Operation::Embeddings, &paths.embeddings),
        (Operation::Completions, &paths.completions),
        (Operation::Rerank, &paths.rerank),
    ];
    types::Quirks {
        max_tokens_field: quirks.max_tokens_field.clone(),
        no_developer_role: !quirks.developer_role,
        no_stream_options: !quirks.stream_options,
        responses: quirks.responses,
        no_json_schema: !quirks.json_schema,
        unsupported: quirks.unsupported.clone(),
        paths: paths_of
            .into_iter()
            .filter_map(|(operation, path)| Some((operation, path.clone()?)))
            .collect(),
        responses_path: paths.responses.clone(),
        anthropic_version_in_body: quirks.anthropic_version.clone(),
    }
}

/// How a model is counted: by policy, else by the rules of its dialect's vendor, else by bounds that no vendor exceeds.
fn counting(model: &Model, provider: &Provider) -> Counting {
    let tokenizer = match model.tokenizer {
        Some(postern_policy::Tokenizer::Cl100kBase) => Tokenizer::Cl100kBase,
        _ => Tokenizer::O200kBase,
    };
    let by_dialect = match provider.dialect {
        Dialect::Anthropic | Dialect::Bedrock => {
            postern_policy::ImageRule::Area { pixels_per_token: 750, max_tokens: 1_600 }
        }
        Dialect::Google => postern_policy::ImageRule::GoogleTiles { tokens: 258 },
        _ => postern_policy::ImageRule::Tiles { base: 85, per_tile: 170 },
    };
    let tools = match provider.dialect {
        Dialect::Anthropic | Dialect::Bedrock => ToolRule::Json(ANTHROPIC_TOOLS_TOKENS),
        _ => ToolRule::Functions,
    };
    Counting {
        tokenizer,
        tools,
        factor_percent: model.token_factor_percent,
        image: image(model.image_tokens.unwrap_or(by_dialect)),
    }
}

fn image(rule: postern_policy::ImageRule) -> ImageRule {
    use postern_policy::ImageRule as Policy;
    match rule {
        Policy::Tiles { base, per_tile } => {
            ImageRule::Tiles(ImageTiles { base_tokens: base, tile_tokens: per_tile })
        }
        Policy::Patches { percent } => ImageRule::Patches(percent),
        Policy::Area { pixels_per_token, max_tokens } => {
            ImageRule::Area(ImageArea { pixels_per_token, max_tokens })
        }
        Policy::GoogleTiles { tokens } => ImageRule::GoogleTiles(tokens),
        Policy::Fixed { tokens } => ImageRule::Fixed(tokens),
    }
}

/// OpenAI's Responses refuse a smaller cap, and the provider sends this one instead.
fn least_cap_tokens(dialect: Dialect) -> u64 {
    match dialect {
        Dialect::Responses => 16,
        _ => 0,
    }
}

/// Anthropic's `max_tokens` includes thoughts
/// (<https://platform.claude.com/docs/en/build-with-claude/extended-thinking>), and so does `max_output_tokens` of
/// OpenAI's Responses. Google's documentation and its models contradict each other, Cohere does not document it, and
/// some servers of OpenAI's chat (Qwen's) have a budget beside the cap.
fn thinks_within_cap(dialect: Dialect, model: &str) -> bool {
    match dialect {
        Dialect::Anthropic | Dialect::Responses => true,
        Dialect::Bedrock => model.contains("anthropic."),
        Dialect::OpenAi | Dialect::Google | Dialect::Cohere => false,
    }
}
