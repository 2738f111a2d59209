//! Templates: text in which `{{ name }}` stands for a variable's value.

/// A parsed template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Template(Vec<Part>);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    Literal(String),
    Variable(String),
}

impl Template {
    /// Splits the text at `{{` and `}}`.
    ///
    /// # Errors
    /// If a brace pair is not closed or contains no variable name.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut parts = Vec::new();
        let mut rest = text;
        while let Some((literal, after)) = rest.split_once("{{") {
            let (name, after) = after
                .split_once("}}")
                .ok_or_else(|| format!("`{text}` opens `{{{{` and does not close it"))?;
            let name = name.trim();
            if !is_variable_name(name) {
                return Err(format!(
                    "`{{{{ {name} }}}}` in `{text}` is no variable name: use a-z, 0-9 and _"
                ));
            }
            parts.extend([Part::Literal(literal.to_owned()), Part::Variable(name.to_owned())]);
            rest = after;
        }
        parts.push(Part::Literal(rest.to_owned()));
        Ok(Self(parts))
    }

    /// Substitutes values; `value_of` returns `None` for an undeclared variable.
    ///
    /// # Errors
    /// Names the first variable without a value.
    pub fn resolve<'v>(
        &self,
        value_of: impl Fn(&str) -> Option<&'v str>,
    ) -> Result<String, String> {
        let mut text = String::new();
        for part in &self.0 {
            match part {
                Part::Literal(literal) => text.push_str(literal),
                Part::Variable(name) => {
                    text.push_str(
                        value_of(name).ok_or_else(|| format!("there is no variable `{name}`"))?,
                    );
                }
            }
        }
        Ok(text)
    }

    /// The text with `$name` for each variable.
    pub(crate) fn named(&self) -> String {
        let word = |part: &Part| match part {
            Part::Literal(literal) => literal.clone(),
            Part::Variable(name) => format!("${name}"),
        };
        self.0.iter().map(word).collect()
    }
}

/// Whether this is a valid name of a variable: lower-case words joined by single underscores, as Spin requires.
pub fn is_variable_name(name: &str) -> bool {
    name.split('_').all(|word| {
        word.bytes().next().is_some_and(|first| first.is_ascii_lowercase())
            && word.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn resolve(text: &str) -> Result<String, String> {
        Template::parse(text)?.resolve(|name| (name == "api_host").then_some("example.com"))
    }

    #[test]
    fn puts_values_where_the_braces_are() {
        assert_eq!(resolve("plain").as_deref(), Ok("plain"));
        assert_eq!(resolve("{{api_host}}").as_deref(), Ok("example.com"));
        assert_eq!(
            resolve("https://{{ api_host }}/{{ api_host }}!").as_deref(),
            Ok("https://example.com/example.com!")
        );
        assert_eq!(resolve("{ \"a\": {} }").as_deref(), Ok("{ \"a\": {} }"));
    }

    #[test]
    fn refuses_what_is_not_closed_or_not_a_name() {
        assert_eq!(resolve("a {{ b"), Err("`a {{ b` opens `{{` and does not close it".into()));
        assert!(resolve("{{ A-B }}").is_err());
        assert!(resolve("{{}}").is_err());
    }

    #[test]
    fn names_the_undeclared_variable() {
        assert_eq!(resolve("{{ other }}"), Err("there is no variable `other`".into()));
    }

    #[test]
    fn a_variable_name_is_lower_snake_case() {
        for name in ["a", "api_key2", "x_y_z"] {
            assert!(is_variable_name(name), "{name}");
        }
        for name in ["", "A", "_a", "a_", "a__b", "a-b", "1a", "a_1"] {
            assert!(!is_variable_name(name), "{name}");
        }
    }
}
