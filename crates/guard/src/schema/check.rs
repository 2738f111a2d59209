//! A value against a schema.

use super::keywords::{
    ArrayKeywords, Index, Keywords, Node, NumberKeywords, ObjectKeywords, Parts, TextKeywords,
};
use super::values::{is_multiple, size, text_of};
use super::{MAX_MISMATCHES, Mismatch, Schema};
use serde_json::{Map, Value};
use std::collections::BTreeSet;

/// How deep schemas may lead into each other for one value: a value is at most 128 deep, and a schema that refers to itself
/// without going deeper would never end.
const MAX_DEPTH: u32 = 256;

/// More work than one value may take.
#[derive(Debug)]
pub struct TooCostly;

type Result = std::result::Result<bool, TooCostly>;

/// A check of one value.
pub struct Check<'a> {
    schema: &'a Schema,
    steps_left: u64,
    depth: u32,
    /// Where the value is that is looked at.
    path: Vec<Step<'a>>,
    /// Over 0: only whether it matches is asked.
    quiet: u32,
    pub mismatches: Vec<Mismatch>,
}

enum Step<'a> {
    Name(&'a str),
    Item(usize),
}

impl<'a> Check<'a> {
    pub fn new(schema: &'a Schema, steps: u64) -> Self {
        Check {
            schema,
            steps_left: steps,
            depth: 0,
            path: Vec::new(),
            quiet: 0,
            mismatches: Vec::new(),
        }
    }

    pub fn root(&mut self, value: &'a Value) -> Result {
        self.node(0, value)
    }

    fn node(&mut self, index: Index, value: &'a Value) -> Result {
        self.spend(1)?;
        match self.schema.nodes.get(index) {
            None | Some(Node::Any) => Ok(true),
            Some(Node::Never) => Ok(self.mismatch(|| "is not allowed".to_owned())),
            Some(Node::Keywords(keywords)) => {
                if self.depth >= MAX_DEPTH {
                    return Err(TooCostly);
                }
                self.depth += 1;
                let matches = self.keywords(keywords, value);
                self.depth -= 1;
                matches
            }
        }
    }

    fn keywords(&mut self, keywords: &'a Keywords, value: &'a Value) -> Result {
        let mut matches = match keywords.types {
            Some(types) if !types.has(value) => {
                self.mismatch(|| format!("must be {}", types.said()))
            }
            _ => true,
        };
        // What else is wrong with a value of another type says nothing more.
        if !matches {
            return Ok(false);
        }
        if let Some(allowed) = &keywords.allowed {
            self.spend(size(value).saturating_add(allowed.iter().map(size).sum()))?;
            let said = text_of(value);
            if !allowed.iter().any(|one| text_of(one) == said) {
                matches &= self.mismatch(|| match allowed.as_slice() {
                    [_] => "must be the value that the schema names".to_owned(),
                    _ => "must be one of the values that the schema lists".to_owned(),
                });
            }
        }
        matches &= match value {
            Value::Number(number) => {
                let number = number.as_f64().unwrap_or_default();
                self.number(&keywords.number, number)
            }
            Value::String(text) => self.text(&keywords.text, text)?,
            Value::Array(items) => self.array(&keywords.array, items)?,
            Value::Object(members) => self.object(&keywords.object, members, value)?,
            Value::Null | Value::Bool(_) => true,
        };
        if !matches && self.quiet > 0 {
            return Ok(false);
        }
        Ok(self.parts(&keywords.parts, value)? && matches)
    }

    fn number(&mut self, keywords: &NumberKeywords, number: f64) -> bool {
        let NumberKeywords { minimum, maximum, above, below, multiple_of } = keywords;
        let mut matches = true;
        for (bound, is_right, said) in [
            (minimum, minimum.is_none_or(|bound| number >= bound), "at least"),
            (maximum, maximum.is_none_or(|bound| number <= bound), "at most"),
            (above, above.is_none_or(|bound| number > bound), "over"),
            (below, below.is_none_or(|bound| number < bound), "under"),
            (multiple_of, multiple_of.is_none_or(|of| is_multiple(number, of)), "a multiple of"),
        ] {
            if !is_right {
                let bound = bound.unwrap_or_default();
                matches &= self.mismatch(|| format!("must be {said} {bound}"));
            }
        }
        matches
    }

    fn text(&mut self, keywords: &TextKeywords, text: &str) -> Result {
        let mut matches = true;
        if keywords.least.is_some() || keywords.most.is_some() {
            self.spend(text.len() as u64 / 64)?;
            let length = text.chars().count() as u64;
            matches &= self.size(length, (keywords.least, keywords.most), "characters");
        }
        if let Some(pattern) = &keywords.pattern {
            self.spend(text.len() as u64 / 4)?;
            if !pattern.is_match(text) {
                matches &= self.mismatch(|| "must match the pattern of the schema".to_owned());
            }
        }
        Ok(matches)
    }

    fn array(&mut self, keywords: &ArrayKeywords, items: &'a [Value]) -> Result {
        let bounds = (keywords.least, keywords.most);
        let mut matches = self.size(items.len() as u64, bounds, "items");
        if keywords.is_unique {
            self.spend(items.iter().map(size).sum())?;
            let mut seen = BTreeSet::new();
            if !items.iter().all(|item| seen.insert(text_of(item))) {
                matches &= self.mismatch(|| "must not have an item twice".to_owned());
            }
        }
        for (at, item) in items.iter().enumerate() {
            let Some(index) = keywords.first.get(at).copied().or(keywords.others) else { break };
            matches &= self.within(Step::Item(at), index, item)?;
            if !matches && self.quiet > 0 {
                return Ok(false);
            }
        }
        if let Some(index) = keywords.contains {
            let mut count = 0;
            for item in items {
                count += u64::from(self.quietly(index, item)?);
            }
            let least = keywords.least_contained.unwrap_or(1);
            if count < least || keywords.most_contained.is_some_and(|most| count > most) {
                matches &= self.mismatch(|| {
                    "must have as many items of the schema in `contains` as it says".to_owned()
                });
            }
        }
        Ok(matches)
    }

    fn object(
        &mut self,
        keywords: &'a ObjectKeywords,
        members: &'a Map<String, Value>,
        object: &'a Value,
    ) -> Result {
        let bounds = (keywords.least, keywords.most);
        let mut matches = self.size(members.len() as u64, bounds, "properties");
        let with = keywords.with.iter().filter(|(name, _)| members.contains_key(name));
        let required = keywords.required.iter().chain(with.flat_map(|(_, names)| names));
        for name in required {
            self.spend(1)?;
            if !members.contains_key(name) {
                matches &= self.mismatch(|| format!("must have the property {name:?}"));
            }
        }
        for (name, value) in members {
            matches &= self.member(keywords, name, value)?;
            if !matches && self.quiet > 0 {
                return Ok(false);
            }
        }
        for (name, index) in &keywords.when {
            if members.contains_key(name) {
                matches &= self.node(*index, object)?;
            }
        }
        Ok(matches)
    }

    fn member(&mut self, keywords: &'a ObjectKeywords, name: &'a str, value: &'a Value) -> Result {
        self.spend(1)?;
        let mut matches = true;
        if let Some(index) = keywords.names
            && !self.is_name(index, name)?
        {
            matches &= self.mismatch(|| "has a property whose name is not allowed".to_owned());
        }
        let own = keywords.properties.get(name).copied();
        let mut is_known = own.is_some();
        if let Some(index) = own {
            matches &= self.within(Step::Name(name), index, value)?;
        }
        for (pattern, index) in &keywords.by_pattern {
            self.spend(name.len() as u64)?;
            if pattern.is_match(name) {
                is_known = true;
                matches &= self.within(Step::Name(name), *index, value)?;
            }
        }
        let Some(index) = keywords.others.filter(|_| !is_known) else { return Ok(matches) };
        if matches!(self.schema.nodes.get(index), Some(Node::Never)) {
            return Ok(self.mismatch(|| "has a property that the schema does not have".to_owned()));
        }
        Ok(self.within(Step::Name(name), index, value)? && matches)
    }

    /// Whether a name satisfies a schema: of the keywords, those of strings.
    fn is_name(&mut self, index: Index, name: &str) -> Result {
        let value = Value::from(name);
        let mut check =
            Check { depth: self.depth, quiet: 1, ..Check::new(self.schema, self.steps_left) };
        let matches = check.node(index, &value);
        self.steps_left = check.steps_left;
        matches
    }

    fn parts(&mut self, parts: &'a Parts, value: &'a Value) -> Result {
        let mut matches = true;
        for index in &parts.all {
            matches &= self.node(*index, value)?;
            if !matches && self.quiet > 0 {
                return Ok(false);
            }
        }
        if !parts.any.is_empty() && !self.any(&parts.any, value)? {
            matches &= self.none_of("anyOf", &parts.any, value)?;
        }
        if !parts.one.is_empty() {
            let mut count = 0;
            for index in &parts.one {
                count += u32::from(self.quietly(*index, value)?);
            }
            matches &= match count {
                0 => self.none_of("oneOf", &parts.one, value)?,
                1 => true,
                _ => self.mismatch(|| "must match only one of the schemas of `oneOf`".to_owned()),
            };
        }
        if let Some(index) = parts.not
            && self.quietly(index, value)?
        {
            matches &= self.mismatch(|| "must not match the schema of `not`".to_owned());
        }
        if let Some(index) = parts.condition {
            let part = if self.quietly(index, value)? { parts.then } else { parts.otherwise };
            if let Some(index) = part {
                matches &= self.node(index, value)?;
            }
        }
        Ok(matches)
    }

    fn any(&mut self, parts: &[Index], value: &'a Value) -> Result {
        for index in parts {
            if self.quietly(*index, value)? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Reports a value that none of several schemas matches: if only one is about values of its type, by what is wrong there.
    fn none_of(&mut self, keyword: &str, parts: &[Index], value: &'a Value) -> Result {
        if self.quiet > 0 {
            return Ok(false);
        }
        let is_about = |index: &&Index| match self.schema.nodes.get(**index) {
            Some(Node::Keywords(keywords)) => keywords.types.is_none_or(|types| types.has(value)),
            Some(Node::Never) | None => false,
            Some(Node::Any) => true,
        };
        let mut about = parts.iter().filter(is_about);
        if let (Some(only), None) = (about.next(), about.next()) {
            return self.node(*only, value);
        }
        Ok(self.mismatch(|| format!("must match one of the schemas of `{keyword}`")))
    }

    fn quietly(&mut self, index: Index, value: &'a Value) -> Result {
        self.quiet += 1;
        let matches = self.node(index, value);
        self.quiet -= 1;
        matches
    }

    fn within(&mut self, step: Step<'a>, index: Index, value: &'a Value) -> Result {
        self.path.push(step);
        let matches = self.node(index, value);
        self.path.pop();
        matches
    }

    fn size(&mut self, size: u64, (least, most): (Option<u64>, Option<u64>), what: &str) -> bool {
        if let Some(least) = least.filter(|least| size < *least) {
            return self.mismatch(|| format!("must have at least {least} {what}"));
        }
        if let Some(most) = most.filter(|most| size > *most) {
            return self.mismatch(|| format!("must have at most {most} {what}"));
        }
        true
    }

    fn spend(&mut self, steps: u64) -> std::result::Result<(), TooCostly> {
        self.steps_left = self.steps_left.checked_sub(steps).ok_or(TooCostly)?;
        Ok(())
    }

    /// Notes what is wrong, if that is asked for. Always false: it does not match.
    fn mismatch(&mut self, message: impl FnOnce() -> String) -> bool {
        if self.quiet == 0 && self.mismatches.len() < MAX_MISMATCHES {
            let mismatch = Mismatch { path: self.shown_path(), message: message() };
            if !self.mismatches.contains(&mismatch) {
                self.mismatches.push(mismatch);
            }
        }
        false
    }

    fn shown_path(&self) -> String {
        let mut shown = String::new();
        for step in &self.path {
            shown.push('/');
            match step {
                Step::Item(at) => shown.push_str(&at.to_string()),
                Step::Name(name) if self.schema.names.contains(*name) => {
                    shown.push_str(&name.replace('~', "~0").replace('/', "~1"));
                }
                Step::Name(_) => shown.push('*'),
            }
        }
        if shown.is_empty() {
            shown.push('/');
        }
        shown
    }
}
