//! From a `[[model]]` as written to a [`Model`].

use std::collections::BTreeMap;
use std::ops::{Range, RangeInclusive};
use std::sync::Arc;

use toml::Spanned;

use super::{Deployment, Model, Provider, quirks, written};
use crate::closed::{Capability, EFFORTS, TOKENIZERS};
use crate::grants::Said;
use crate::lifecycle;
use crate::price::pico_usd_per_token;
use crate::reading::{
    Decimal, Key, Report, Seen, at_least_one, model_name, name, nearest_or_list, one_of, shown,
    upstream_model, whole_number,
};
use postern_types::Price;

/// Up to a hundred million: ten times the largest context that vendors announce.
const TOKENS: RangeInclusive<u64> = 1..=100_000_000;

/// A token factor has two digits after the point: whole percent.
const TOKEN_FACTOR_DECIMALS: usize = 2;

/// A factor below 1 would underestimate the use; one over 4 would no longer be an estimate.
const TOKEN_FACTOR_PERCENT: RangeInclusive<u32> = 100..=400;

/// The factor for a model with an unknown tokenizer over a count by o200k_base: vocabularies of 100,000 to 250,000 pieces differ
/// by up to a fifth on English.
const ESTIMATE_PERCENT: u32 = 120;

type Providers = BTreeMap<String, Option<Arc<Provider>>>;

pub(super) fn check_all(
    report: &mut Report<'_>,
    written: &[written::Model<'_>],
    providers: &Providers,
    said: &mut Vec<Said>,
) -> BTreeMap<String, Option<Arc<Model>>> {
    let mut models = BTreeMap::new();
    let mut names = Seen::default();
    for model in written {
        let checked = check(report, model, providers, said).map(Arc::new);
        if let Some(name) = &model.name {
            names.note(report, model.label, name, "a model of this name", "rename or remove");
            models.insert((*name.get_ref()).to_owned(), checked);
        }
    }
    models
}

fn check(
    report: &mut Report<'_>,
    written: &written::Model<'_>,
    providers: &Providers,
    said: &mut Vec<Said>,
) -> Option<Model> {
    let label = written.label;
    let named = written.name.as_ref();
    let named = named.and_then(|value| model_name(report, label, written::MODEL_NAME, value));
    let capabilities = capabilities(report, written);
    let (context_tokens, max_output_tokens) = sizes(report, written);
    let tokenizer = written.tokenizer.as_ref();
    let tokenizer =
        tokenizer.and_then(|value| one_of(report, label, written::TOKENIZER, value, TOKENIZERS));
    let token_factor_percent = token_factor_percent(report, written);
    let efforts = efforts(report, written);
    let owned_by = written.owned_by.as_ref();
    let owned_by = owned_by.and_then(|value| name(report, label, written::OWNED_BY, value));
    let deployments = deployments(report, written, &capabilities, providers);
    let owned_by = owned_by.or_else(|| Some(deployments.first()?.provider.name.clone()));
    let own = written.name.as_ref().map(|name| *name.get_ref());
    let lifecycle = lifecycle::check(report, label, &written.lifecycle, own, said);
    Some(Model {
        name: named?,
        capabilities,
        context_tokens,
        max_output_tokens,
        tokenizer,
        token_factor_percent,
        image_tokens: written.image_tokens,
        efforts,
        owned_by: owned_by?,
        deadlines: written.deadlines,
        lifecycle,
        deployments,
    })
}

fn capabilities(report: &mut Report<'_>, written: &written::Model<'_>) -> Vec<Capability> {
    let Some(list) = &written.capabilities else {
        return Vec::new();
    };
    let (label, key) = (written.label, written::CAPABILITIES);
    at_least_one(report, label, key, list);
    let mut seen = Seen::default();
    let mut capabilities = Vec::new();
    for word in list.get_ref() {
        seen.note(
            report,
            label,
            word,
            &format!("the capability {}", shown(word.get_ref())),
            "remove",
        );
        capabilities.extend(one_of(report, label, key, word, Capability::WORDS));
    }
    if !capabilities.is_empty() && capabilities.len() == list.get_ref().len() {
        fit_together(report, written, list.span(), &capabilities);
    }
    capabilities.sort_unstable();
    capabilities
}

/// The efforts of thinking that the model takes, as written.
fn efforts(report: &mut Report<'_>, written: &written::Model<'_>) -> Option<Vec<String>> {
    let (label, key) = (written.label, written::EFFORTS);
    let list = written.efforts.as_ref()?.get_ref();
    let mut seen = Seen::default();
    let mut efforts = Vec::new();
    for word in list {
        let what = format!("the effort {}", shown(word.get_ref()));
        seen.note(report, label, word, &what, "remove");
        efforts.extend(one_of(report, label, key, word, EFFORTS).map(str::to_owned));
    }
    Some(efforts)
}

/// Reports known capabilities whose endpoint the model lacks.
fn fit_together(
    report: &mut Report<'_>,
    written: &written::Model<'_>,
    span: Range<usize>,
    capabilities: &[Capability],
) {
    if capabilities.contains(&Capability::Chat) {
        return;
    }
    if !capabilities.iter().any(|capability| capability.is_endpoint()) {
        let words = Capability::ENDPOINTS.map(|endpoint| format!("{:?}", endpoint.as_str()));
        let words = words.join(", ");
        let message =
            format!("`capabilities` has none of {words}, so nothing could be asked; add one");
        report.problem(written.label, span, message);
    } else if let Some(way) = capabilities.iter().find(|capability| !capability.is_endpoint()) {
        let word = way.as_str();
        let message = format!(
            "`capabilities` has {word:?}, a way to chat, without \"chat\"; add \"chat\" or remove {word:?}"
        );
        report.problem(written.label, span, message);
    }
}

fn sizes(report: &mut Report<'_>, written: &written::Model<'_>) -> (Option<u64>, Option<u64>) {
    let mut checked = |key: Key, value: &Option<Spanned<i128>>| {
        value.as_ref().and_then(|value| whole_number(report, written.label, key, value, TOKENS))
    };
    let context = checked(written::CONTEXT_TOKENS, &written.context_tokens);
    let output = checked(written::MAX_OUTPUT_TOKENS, &written.max_output_tokens);
    if let (Some(context), Some(most), Some(place)) = (context, output, &written.max_output_tokens)
        && most > context
    {
        let message = format!(
            "`max_output_tokens` is {most}, over the {context} of `context_tokens`; an answer is part of the context, so write at most {context}"
        );
        report.problem(written.label, place.span(), message);
    }
    (context, output)
}

/// The factor as written; by default 1 with the model's own tokenizer, and an estimate without one.
fn token_factor_percent(report: &mut Report<'_>, written: &written::Model<'_>) -> u32 {
    let default = match written.tokenizer {
        Some(_) => *TOKEN_FACTOR_PERCENT.start(),
        None => ESTIMATE_PERCENT,
    };
    let Some(value) = &written.token_factor else {
        return default;
    };
    let percent = value.get_ref().scaled(TOKEN_FACTOR_DECIMALS).ok();
    let percent = percent.and_then(|percent| u32::try_from(percent).ok());
    percent.filter(|percent| TOKEN_FACTOR_PERCENT.contains(percent)).unwrap_or_else(|| {
        let message = format!(
            "`token_factor` is {}; write a decimal from 1.00 to 4.00 with at most {TOKEN_FACTOR_DECIMALS} digits after the point",
            value.get_ref().0
        );
        report.problem(written.label, value.span(), message);
        default
    })
}

fn deployments(
    report: &mut Report<'_>,
    written: &written::Model<'_>,
    capabilities: &[Capability],
    providers: &Providers,
) -> Vec<Deployment> {
    if written.deployments.is_empty() {
        let message = "no deployment says where it runs; write a [[model.deployment]] below it";
        report.problem(written.label, written.span.clone(), message);
    }
    let chats = capabilities.contains(&Capability::Chat);
    let checked = written.deployments.iter();
    checked
        .filter_map(|deployment| check_deployment(report, deployment, chats, providers))
        .collect()
}

fn check_deployment(
    report: &mut Report<'_>,
    written: &written::Deployment<'_>,
    chats: bool,
    providers: &Providers,
) -> Option<Deployment> {
    let label = written.label;
    let upstream = written.upstream_model.as_ref();
    let upstream =
        upstream.and_then(|value| upstream_model(report, label, written::UPSTREAM_MODEL, value));
    let price = price(report, written, chats);
    let provider = written.provider.as_ref()?;
    let Some(declared) = providers.get(*provider.get_ref()) else {
        let wanted = provider.get_ref();
        let names = providers.keys().map(String::as_str);
        let advice = nearest_or_list(wanted, names, "the providers are");
        let message =
            format!("`provider` names {}, which is not declared; {advice}", shown(wanted));
        report.problem(label, provider.span(), message);
        return None;
    };
    let declared = declared.as_ref();
    let dialect = declared.map(|provider| provider.dialect);
    let above = declared.map(|provider| provider.quirks.clone()).unwrap_or_default();
    let quirks = quirks::check(report, written.quirks.as_ref(), &above, dialect);
    let (provider, upstream_model) = (Arc::clone(declared?), upstream?);
    let name = format!("{}/{upstream_model}", provider.name);
    Some(Deployment { name, provider, upstream_model, price, quirks })
}

/// The price, if any part of it is present; then all parts without a default must be.
fn price(report: &mut Report<'_>, written: &written::Deployment<'_>, chats: bool) -> Option<Price> {
    let parts = [
        (written::INPUT, &written.input),
        (written::CACHED_INPUT, &written.cached_input),
        (written::CACHE_WRITE, &written.cache_write),
        (written::OUTPUT, &written.output),
        (written::AUDIO_INPUT, &written.audio_input),
        (written::AUDIO_OUTPUT, &written.audio_output),
    ];
    if parts.iter().all(|(_, value)| value.is_none()) {
        return None;
    }
    let [input, cached, cache_write, output, audio_input, audio_output] =
        parts.map(|(key, value)| amount(report, written, key, value.as_ref()));
    if written.input.is_none() && written.prices_are_numbers {
        missing_price(report, written, written::INPUT);
    }
    if written.output.is_none() && written.prices_are_numbers && chats {
        missing_price(report, written, written::OUTPUT);
    }
    let input = input?;
    if let (Some(cached), Some(place)) = (cached, &written.cached_input)
        && cached > input
    {
        let message = "`cached_input_usd_per_million_tokens` is over `input_usd_per_million_tokens`; write the price of cached tokens, which is the lower one";
        report.problem(written.label, place.span(), message);
    }
    let output = output.unwrap_or(0);
    Some(Price {
        input_pico_usd_per_token: input,
        cached_input_pico_usd_per_token: cached.unwrap_or(input),
        cache_write_pico_usd_per_token: cache_write.unwrap_or(input),
        output_pico_usd_per_token: output,
        audio_input_pico_usd_per_token: audio_input.unwrap_or(input),
        audio_output_pico_usd_per_token: audio_output.unwrap_or(output),
    })
}

fn amount(
    report: &mut Report<'_>,
    written: &written::Deployment<'_>,
    key: Key,
    value: Option<&Spanned<Decimal<'_>>>,
) -> Option<u64> {
    let value = value?;
    match pico_usd_per_token(*value.get_ref()) {
        Ok(amount) => Some(amount),
        Err(remedy) => {
            let message = format!("`{}` is {}; {remedy}", key.name, value.get_ref().0);
            report.problem(written.label, value.span(), message);
            None
        }
    }
}

fn missing_price(report: &mut Report<'_>, written: &written::Deployment<'_>, key: Key) {
    let message = format!(
        "`{}` is missing beside another price, and a cost could not be counted; write for example {}, or remove all prices",
        key.name, key.example
    );
    report.problem(written.label, written.span.clone(), message);
}
