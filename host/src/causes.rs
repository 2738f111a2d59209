//! An error with its causes, for people.

use std::error::Error;

/// The error and each of its causes, the outermost first, with `: ` between them.
pub fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(next) = cause {
        text = format!("{text}: {next}");
        cause = next.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_the_error_and_then_its_cause() {
        let cause = "x".parse::<u8>().unwrap_err();
        let error = anyhow::Error::from(cause).context("the port");
        assert_eq!(chain(error.as_ref()), "the port: invalid digit found in string");
    }
}
