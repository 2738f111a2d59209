//! A deployment of the policies as the contract says it.

use postern_contract::types::{
    self, Counting, Credential, Deadlines, Dialect, HeaderCredential, ImageArea, ImageRule,
    ImageTiles, Operation, ServiceAccountCredential, Sigv4Credential, Target, Tokenizer, Transport,
};
use postern_policy::{
    Capability, Credential as Policy, Deployment, Model, Price, Provider, Quirks,
};
use postern_route::Choice;

/// All that later stages need to reach it, where `name` is asked for.
pub fn from_choice(choice: Choice<'_>, name: &str, operation: Operation) -> Target {
    let Choice { model, deployment } = choice;
    let provider = &deployment.provider;
    let (transport, base_url) = match &provider.transport {
        postern_policy::Transport::Sandbox => (Transport::Sandbox, String::new()),
        postern_policy::Transport::Upstream { base_url, .. } => {
            (Transport::Upstream, base_url.to_string())
        }
    };
    Target {
        deployment: deployment_name(deployment),
        model: model.name.clone(),
        route: (name != model.name).then(|| name.to_owned()),
        provider: provider.name.clone(),
        region: provider.region.clone(),
        dialect: dialect(provider.dialect),
        transport,
        upstream_model: deployment.upstream_model.clone(),
        base_url,
        default_base_path: provider.default_base_path(),
        credential: credential(provider),
        deadlines: deadlines(provider),
        max_output_tokens: model.max_output_tokens,
        reasons: model.can(Capability::Reasoning),
        native: operation != Operation::Completions || model.can(Capability::Completions),
        quirks: quirks(&deployment.quirks),
        counting: counting(model, provider),
        price: deployment.price.as_ref().map(price),
    }
}

fn deployment_name(deployment: &Deployment) -> String {
    format!("{}/{}", deployment.provider.name, deployment.upstream_model)
}

fn dialect(dialect: postern_policy::Dialect) -> Dialect {
    match dialect {
        postern_policy::Dialect::OpenAi => Dialect::Openai,
        postern_policy::Dialect::Responses => Dialect::Responses,
        postern_policy::Dialect::Anthropic => Dialect::Anthropic,
        postern_policy::Dialect::Bedrock => Dialect::Bedrock,
        postern_policy::Dialect::Google => Dialect::Google,
        postern_policy::Dialect::Cohere => Dialect::Cohere,
    }
}

/// The names of the variables that let the gateway in; none where nothing is asked for.
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

/// What is not said of a model is what its dialect's vendor publishes, or else what no vendor exceeds.
fn counting(model: &Model, provider: &Provider) -> Counting {
    let tokenizer = match model.tokenizer {
        Some(postern_policy::Tokenizer::Cl100kBase) => Tokenizer::Cl100kBase,
        _ => Tokenizer::O200kBase,
    };
    let by_dialect = match provider.dialect {
        postern_policy::Dialect::Anthropic | postern_policy::Dialect::Bedrock => {
            postern_policy::ImageRule::Area { pixels_per_token: 750, max_tokens: 1_600 }
        }
        postern_policy::Dialect::Google => postern_policy::ImageRule::GoogleTiles { tokens: 258 },
        _ => postern_policy::ImageRule::Tiles { base: 85, per_tile: 170 },
    };
    Counting {
        tokenizer,
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

fn price(price: &Price) -> types::Price {
    types::Price {
        input_pico_usd: price.input_pico_usd_per_token,
        cached_input_pico_usd: price.cached_input_pico_usd_per_token,
        cache_write_pico_usd: price.cache_write_pico_usd_per_token,
        output_pico_usd: price.output_pico_usd_per_token,
        audio_input_pico_usd: price.audio_input_pico_usd_per_token,
        audio_output_pico_usd: price.audio_output_pico_usd_per_token,
    }
}
