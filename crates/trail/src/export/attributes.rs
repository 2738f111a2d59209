//! Attributes, put together by the names of a set of conventions.

use super::conventions::{Attribute, Conventions};
use super::messages::{AnyValue, KeyValue, any_value::Value};
use crate::name::Name;
use crate::record::TokenCounts;

/// Attributes as they are put together.
pub(super) struct Attributes {
    conventions: Conventions,
    pub(super) all: Vec<KeyValue>,
}

impl Attributes {
    pub(super) fn new(conventions: Conventions) -> Self {
        Attributes { conventions, all: Vec::new() }
    }

    pub(super) fn text(&mut self, attribute: Attribute, text: &str) {
        self.push(attribute, Value::StringValue(text.to_owned()));
    }

    pub(super) fn name(&mut self, attribute: Attribute, name: Option<&Name>) {
        if let Some(name) = name {
            self.text(attribute, name.as_str());
        }
    }

    pub(super) fn integer(&mut self, attribute: Attribute, number: Option<u64>) {
        if let Some(number) = number {
            let number = i64::try_from(number).unwrap_or(i64::MAX);
            self.push(attribute, Value::IntValue(number));
        }
    }

    pub(super) fn seconds(&mut self, attribute: Attribute, duration_us: Option<u64>) {
        if let Some(duration_us) = duration_us {
            self.push(attribute, Value::DoubleValue(duration_us as f64 / 1e6));
        }
    }

    pub(super) fn tokens(&mut self, tokens: Option<TokenCounts>) {
        let Some(tokens) = tokens else { return };
        let unless_zero = |count: u64| (count > 0).then_some(count);
        self.integer(Attribute::InputTokens, Some(tokens.input));
        self.integer(Attribute::OutputTokens, Some(tokens.output));
        self.integer(Attribute::CachedInputTokens, unless_zero(tokens.cached_input));
        self.integer(Attribute::CacheWriteTokens, unless_zero(tokens.cache_write));
        self.integer(Attribute::ReasoningTokens, unless_zero(tokens.reasoning));
        if tokens.estimated {
            self.push(Attribute::Estimated, Value::BoolValue(true));
        }
    }

    pub(super) fn push(&mut self, attribute: Attribute, value: Value) {
        self.all.push(pair(attribute.name(self.conventions), value));
    }
}

pub(super) fn pair(key: &str, value: Value) -> KeyValue {
    KeyValue { key: key.to_owned(), value: Some(AnyValue { value: Some(value) }) }
}
