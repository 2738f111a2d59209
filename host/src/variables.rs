//! The sources of variables' values.
//!
//! A value is taken from the command line, else the environment, else `.env` beside the manifest, else the default.

mod interfaces;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use crate::manifest::Variable;
use postern_allowed_hosts::Template;

/// The application's variables with their values.
#[derive(Debug, Default)]
pub struct Variables(BTreeMap<String, String>);

/// A component's own variables, resolved.
pub type ComponentVariables = Arc<BTreeMap<String, String>>;

/// The sources of values, besides the defaults.
pub struct Sources<'s> {
    /// `--variable name=value`.
    pub given: &'s [(String, String)],
    /// The process environment.
    pub environment: &'s dyn Fn(&str) -> Option<String>,
    /// The lines of `.env`.
    pub dot_env: BTreeMap<String, String>,
}

impl Variables {
    /// Gives every declared variable its value.
    ///
    /// # Errors
    /// Every required variable without a value, and every given one that is not declared.
    pub fn resolve(
        declared: &BTreeMap<String, Variable>,
        sources: &Sources,
    ) -> Result<Self, Vec<String>> {
        let mut problems = Vec::new();
        for (name, _) in sources.given {
            if !declared.contains_key(name) {
                problems
                    .push(format!("--variable {name}: the manifest declares no variable `{name}`"));
            }
        }
        let mut values = BTreeMap::new();
        for (name, variable) in declared {
            match sources.value_of(name).or_else(|| variable.default.clone()) {
                Some(value) => drop(values.insert(name.clone(), value)),
                None => problems.push(format!(
                    "the variable `{name}` is required: pass --variable {name}=... or set {}",
                    environment_name(name)
                )),
            }
        }
        if problems.is_empty() { Ok(Self(values)) } else { Err(problems) }
    }

    /// A variable's value.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    /// Resolves the templates of a component's own variables.
    ///
    /// # Errors
    /// Every template that cannot be resolved, by the variable's name.
    pub fn of_component(
        &self,
        templates: &BTreeMap<String, String>,
    ) -> Result<ComponentVariables, Vec<String>> {
        let mut problems = Vec::new();
        let mut values = BTreeMap::new();
        for (name, template) in templates {
            match Template::parse(template)
                .and_then(|template| template.resolve(|name| self.get(name)))
            {
                Ok(value) => drop(values.insert(name.clone(), value)),
                Err(problem) => problems.push(format!("the variable `{name}`: {problem}")),
            }
        }
        if problems.is_empty() { Ok(Arc::new(values)) } else { Err(problems) }
    }
}

impl Sources<'_> {
    fn value_of(&self, name: &str) -> Option<String> {
        let given = self
            .given
            .iter()
            .rev()
            .find(|(given, _)| given == name)
            .map(|(_, value)| value.clone());
        let variable = environment_name(name);
        given
            .or_else(|| (self.environment)(&variable))
            .or_else(|| self.dot_env.get(&variable).cloned())
    }
}

fn environment_name(name: &str) -> String {
    format!("SPIN_VARIABLE_{}", name.to_ascii_uppercase())
}

/// The lines of a `.env` file; none if it does not exist.
///
/// # Errors
/// If the file exists and cannot be read.
pub fn read_dot_env(path: &Path) -> Result<BTreeMap<String, String>, String> {
    if !path.exists() {
        return Ok(BTreeMap::new());
    }
    let lines = dotenvy::from_path_iter(path).and_then(Iterator::collect);
    lines.map_err(|error: dotenvy::Error| format!("{} cannot be read: {error}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn declared() -> BTreeMap<String, Variable> {
        [("host", Some("default")), ("api_key", None)]
            .map(|(name, default)| {
                (name.to_owned(), Variable { default: default.map(str::to_owned) })
            })
            .into()
    }

    fn resolve(
        given: &[(&str, &str)],
        environment: &[(&str, &str)],
        dot_env: &[(&str, &str)],
    ) -> Result<Variables, Vec<String>> {
        let owned = |pairs: &[(&str, &str)]| -> Vec<(String, String)> {
            pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
        };
        let environment: BTreeMap<String, String> = owned(environment).into_iter().collect();
        let sources = Sources {
            given: &owned(given),
            environment: &|name| environment.get(name).cloned(),
            dot_env: owned(dot_env).into_iter().collect(),
        };
        Variables::resolve(&declared(), &sources)
    }

    #[test]
    fn the_command_line_wins_over_environment_over_file_over_default() {
        let (line, environment, file) = (
            [("api_key", "line")],
            [("SPIN_VARIABLE_API_KEY", "environment")],
            [("SPIN_VARIABLE_API_KEY", "file")],
        );
        for (given, environment, file, value) in [
            (&line[..], &environment[..], &file[..], "line"),
            (&[], &environment, &file, "environment"),
            (&[], &[], &file, "file"),
        ] {
            let variables = resolve(given, environment, file).unwrap();
            assert_eq!(variables.get("api_key"), Some(value));
            assert_eq!(variables.get("host"), Some("default"));
        }
    }

    #[test]
    fn a_required_variable_without_a_value_is_a_problem_that_says_how_to_set_it() {
        let problems = resolve(&[], &[], &[]).unwrap_err();
        assert_eq!(
            problems,
            [
                "the variable `api_key` is required: pass --variable api_key=... or set SPIN_VARIABLE_API_KEY"
            ]
        );
    }

    #[test]
    fn an_undeclared_variable_cannot_be_given() {
        let problems = resolve(&[("api_key", "x"), ("apikey", "x")], &[], &[]).unwrap_err();
        assert_eq!(problems, ["--variable apikey: the manifest declares no variable `apikey`"]);
    }

    #[test]
    fn a_component_sees_its_own_variables_only() {
        let variables = resolve(&[("api_key", "secret")], &[], &[]).unwrap();
        let templates = [("url".to_owned(), "https://{{ host }}/".to_owned())].into();
        let own = variables.of_component(&templates).unwrap();
        assert_eq!(
            own.iter().collect::<Vec<_>>(),
            [(&"url".to_owned(), &"https://default/".to_owned())]
        );
        let wrong = [("url".to_owned(), "{{ nothing }}".to_owned())].into();
        assert_eq!(
            variables.of_component(&wrong).unwrap_err(),
            ["the variable `url`: there is no variable `nothing`"]
        );
    }
}
