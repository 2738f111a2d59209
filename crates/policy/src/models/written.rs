//! `models.toml` as written.

use std::ops::Range;

use toml::Spanned;

use super::{breaker, credential, image, quirks};
use crate::deadlines::{self, SetDeadlines};
use crate::lifecycle;
use crate::reading::{Decimal, Key, Label, Report, Table};
use postern_types::ImageRule;

const PROVIDER: Key = Key::new("provider", "[[provider]]");
const MODEL: Key = Key::new("model", "[[model]]");
const DEPLOYMENT: Key = Key::new("deployment", "[[model.deployment]]");

pub(crate) const NAME: Key = Key::new("name", r#"name = "openai""#);
pub(crate) const MODEL_NAME: Key = Key::new("name", r#"name = "gpt-4o-mini""#);
pub(crate) const DIALECT: Key = Key::new("dialect", r#"dialect = "openai""#);
pub(crate) const TRANSPORT: Key = Key::new("transport", r#"transport = "upstream""#);
pub(crate) const BASE_URL: Key = Key::new("base_url", r#"base_url = "https://api.example.com/v1""#);
pub(crate) const BASE_PATH: Key = Key::new("base_path", r#"base_path = "/openai/v1""#);
pub(crate) const REGION: Key = Key::new("region", r#"region = "eu""#);
pub(crate) const MAX_DATA_CLASS: Key = Key::new("max_data_class", r#"max_data_class = "internal""#);

pub(crate) const CAPABILITIES: Key =
    Key::new("capabilities", r#"capabilities = ["chat", "tools"]"#);
pub(crate) const CONTEXT_TOKENS: Key = Key::new("context_tokens", "context_tokens = 128_000");
pub(crate) const MAX_OUTPUT_TOKENS: Key =
    Key::new("max_output_tokens", "max_output_tokens = 16_384");
pub(crate) const TOKENIZER: Key = Key::new("tokenizer", r#"tokenizer = "o200k_base""#);
pub(crate) const TOKEN_FACTOR: Key = Key::new("token_factor", "token_factor = 1.20");
pub(crate) const EFFORTS: Key = Key::new("efforts", r#"efforts = ["low", "medium", "high"]"#);
pub(crate) const OWNED_BY: Key = Key::new("owned_by", r#"owned_by = "openai""#);

pub(crate) const DEPLOYMENT_PROVIDER: Key = Key::new("provider", r#"provider = "openai""#);
pub(crate) const UPSTREAM_MODEL: Key =
    Key::new("upstream_model", r#"upstream_model = "gpt-4o-mini""#);
pub(crate) const INPUT: Key =
    Key::new("input_usd_per_million_tokens", "input_usd_per_million_tokens = 0.15");
pub(crate) const CACHED_INPUT: Key =
    Key::new("cached_input_usd_per_million_tokens", "cached_input_usd_per_million_tokens = 0.075");
pub(crate) const CACHE_WRITE: Key =
    Key::new("cache_write_usd_per_million_tokens", "cache_write_usd_per_million_tokens = 0.1875");
pub(crate) const OUTPUT: Key =
    Key::new("output_usd_per_million_tokens", "output_usd_per_million_tokens = 0.6");
pub(crate) const AUDIO_INPUT: Key =
    Key::new("audio_input_usd_per_million_tokens", "audio_input_usd_per_million_tokens = 1");
pub(crate) const AUDIO_OUTPUT: Key =
    Key::new("audio_output_usd_per_million_tokens", "audio_output_usd_per_million_tokens = 2");

type Text<'t> = Option<Spanned<&'t str>>;
type Number = Option<Spanned<i128>>;

/// The whole file.
pub(crate) struct Written<'t> {
    pub(crate) providers: Vec<Provider<'t>>,
    pub(crate) models: Vec<Model<'t>>,
}

/// `[[provider]]`.
pub(crate) struct Provider<'t> {
    pub(crate) label: Label<'t>,
    pub(crate) span: Range<usize>,
    pub(crate) name: Text<'t>,
    pub(crate) dialect: Text<'t>,
    pub(crate) transport: Text<'t>,
    pub(crate) base_url: Text<'t>,
    pub(crate) base_path: Text<'t>,
    pub(crate) credential: Option<credential::Written<'t>>,
    pub(crate) region: Text<'t>,
    pub(crate) max_data_class: Text<'t>,
    pub(crate) deadlines: SetDeadlines,
    pub(crate) breaker: Option<breaker::Written<'t>>,
    pub(crate) quirks: Option<quirks::Written<'t>>,
}

/// `[[model]]`.
pub(crate) struct Model<'t> {
    pub(crate) label: Label<'t>,
    pub(crate) span: Range<usize>,
    pub(crate) name: Text<'t>,
    pub(crate) capabilities: Option<Spanned<Vec<Spanned<&'t str>>>>,
    pub(crate) context_tokens: Number,
    pub(crate) max_output_tokens: Number,
    pub(crate) tokenizer: Text<'t>,
    pub(crate) token_factor: Option<Spanned<Decimal<'t>>>,
    /// Checked when it is read, because it refers to nothing else.
    pub(crate) image_tokens: Option<ImageRule>,
    pub(crate) efforts: Option<Spanned<Vec<Spanned<&'t str>>>>,
    pub(crate) owned_by: Text<'t>,
    pub(crate) deadlines: SetDeadlines,
    pub(crate) lifecycle: lifecycle::Written<'t>,
    pub(crate) deployments: Vec<Deployment<'t>>,
}

/// `[[model.deployment]]`.
pub(crate) struct Deployment<'t> {
    pub(crate) label: Label<'t>,
    pub(crate) span: Range<usize>,
    pub(crate) provider: Text<'t>,
    pub(crate) upstream_model: Text<'t>,
    pub(crate) input: Option<Spanned<Decimal<'t>>>,
    pub(crate) cached_input: Option<Spanned<Decimal<'t>>>,
    pub(crate) cache_write: Option<Spanned<Decimal<'t>>>,
    pub(crate) output: Option<Spanned<Decimal<'t>>>,
    pub(crate) audio_input: Option<Spanned<Decimal<'t>>>,
    pub(crate) audio_output: Option<Spanned<Decimal<'t>>>,
    pub(crate) quirks: Option<quirks::Written<'t>>,
    /// Whether every missing price is absent, rather than present with a wrong type.
    pub(crate) prices_are_numbers: bool,
}

impl<'t> Written<'t> {
    pub(crate) fn read(report: &mut Report<'_>, mut root: Table<'t>) -> Self {
        let providers = root.tables(report, PROVIDER, "provider", Some(NAME));
        let models = root.tables(report, MODEL, "model", Some(MODEL_NAME));
        root.finish(report);
        Self {
            providers: providers.into_iter().map(|table| Provider::read(report, table)).collect(),
            models: models.into_iter().map(|table| Model::read(report, table)).collect(),
        }
    }
}

impl<'t> Provider<'t> {
    fn read(report: &mut Report<'_>, mut table: Table<'t>) -> Self {
        let provider = Self {
            label: table.label,
            span: table.span.clone(),
            name: table.required(report, NAME),
            dialect: table.required(report, DIALECT),
            transport: table.optional(report, TRANSPORT),
            base_url: table.optional(report, BASE_URL),
            base_path: table.optional(report, BASE_PATH),
            credential: credential::Written::read(report, &mut table),
            region: table.optional(report, REGION),
            max_data_class: table.optional(report, MAX_DATA_CLASS),
            deadlines: deadlines::read(report, &mut table, "deadlines of provider"),
            breaker: table
                .table(report, breaker::BREAKER, "breaker of provider")
                .map(|table| breaker::Written::read(report, table)),
            quirks: quirks::Written::read(
                report,
                &mut table,
                "quirks of provider",
                "paths in quirks of provider",
            ),
        };
        table.finish(report);
        provider
    }
}

impl<'t> Model<'t> {
    fn read(report: &mut Report<'_>, mut table: Table<'t>) -> Self {
        let model = Self {
            label: table.label,
            span: table.span.clone(),
            name: table.required(report, MODEL_NAME),
            capabilities: table.required(report, CAPABILITIES),
            context_tokens: table.optional(report, CONTEXT_TOKENS),
            max_output_tokens: table.optional(report, MAX_OUTPUT_TOKENS),
            tokenizer: table.optional(report, TOKENIZER),
            token_factor: table.optional(report, TOKEN_FACTOR),
            image_tokens: image::read(report, &mut table),
            efforts: table.optional(report, EFFORTS),
            owned_by: table.optional(report, OWNED_BY),
            deadlines: deadlines::read(report, &mut table, "deadlines of model"),
            lifecycle: lifecycle::Written::read(report, &mut table),
            deployments: table
                .tables(report, DEPLOYMENT, "deployment of model", None)
                .into_iter()
                .map(|table| Deployment::read(report, table))
                .collect(),
        };
        table.finish(report);
        model
    }
}

impl<'t> Deployment<'t> {
    fn read(report: &mut Report<'_>, mut table: Table<'t>) -> Self {
        let provider = table.required(report, DEPLOYMENT_PROVIDER);
        let upstream_model = table.required(report, UPSTREAM_MODEL);
        let quirks = quirks::Written::read(
            report,
            &mut table,
            "quirks of a deployment of model",
            "paths in quirks of a deployment of model",
        );
        let problems = report.count();
        let deployment = Self {
            label: table.label,
            span: table.span.clone(),
            provider,
            upstream_model,
            input: table.optional(report, INPUT),
            cached_input: table.optional(report, CACHED_INPUT),
            cache_write: table.optional(report, CACHE_WRITE),
            output: table.optional(report, OUTPUT),
            audio_input: table.optional(report, AUDIO_INPUT),
            audio_output: table.optional(report, AUDIO_OUTPUT),
            quirks,
            prices_are_numbers: report.count() == problems,
        };
        table.finish(report);
        deployment
    }
}
