//! Header values with parameters: `form-data; name="file"; filename="a.mp3"`.

/// A value and its parameters in order, their names in lower case.
#[derive(Debug, PartialEq, Eq)]
pub struct Parameterised<'a> {
    pub value: &'a str,
    pub parameters: Vec<(String, &'a str)>,
}

impl<'a> Parameterised<'a> {
    /// Reads a value; `None` if it is malformed or ambiguous.
    pub fn read(text: &'a str) -> Option<Self> {
        if text.contains(|c: char| c.is_control() && c != '\t') {
            return None;
        }
        let (value, mut rest) = split(text, ';');
        let value = value.trim();
        let mut parameters: Vec<(String, &str)> = Vec::new();
        while let Some(after) = rest {
            let (name, after) = after.split_once('=')?;
            let name = name.trim().to_ascii_lowercase();
            let is_token = !name.is_empty() && name.bytes().all(is_token_byte);
            if !is_token || parameters.iter().any(|(known, _)| *known == name) {
                return None;
            }
            let (value, after) = parameter(after.trim_start())?;
            parameters.push((name, value));
            rest = after;
        }
        Some(Parameterised { value, parameters })
    }

    pub fn parameter(&self, name: &str) -> Option<&'a str> {
        self.parameters.iter().find(|(known, _)| known == name).map(|(_, value)| *value)
    }
}

/// The value of a parameter, and the text after the semicolon that follows it.
fn parameter(text: &str) -> Option<(&str, Option<&str>)> {
    let Some(quoted) = text.strip_prefix('"') else {
        let (value, rest) = split(text, ';');
        let value = value.trim();
        let is_token = !value.is_empty() && value.bytes().all(is_token_byte);
        return is_token.then_some((value, rest));
    };
    let (value, rest) = quoted.split_once('"')?;
    // Some parsers take `\"` for an escaped quote, others for the end of the value.
    if value.ends_with('\\') {
        return None;
    }
    let rest = rest.trim_start();
    match rest.strip_prefix(';') {
        Some(rest) => Some((value, Some(rest))),
        None => rest.is_empty().then_some((value, None)),
    }
}

fn split(text: &str, at: char) -> (&str, Option<&str>) {
    text.split_once(at).map_or((text, None), |(before, after)| (before, Some(after)))
}

/// RFC 9110, 5.6.2, and the bytes that clients write unquoted in boundaries and types.
fn is_token_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$&'()+*-.:=?/^_`|~,%[]".contains(&byte)
}

#[cfg(test)]
mod tests {
    use super::Parameterised;

    #[test]
    fn reads_what_clients_write() {
        for text in [
            r#"form-data; name="model""#,
            "form-data; name=model",
            "form-data;name=\"model\"",
            "form-data; Name = \"model\" ",
        ] {
            let read = Parameterised::read(text).unwrap();
            assert_eq!(
                (read.value, read.parameter("name")),
                ("form-data", Some("model")),
                "{text}"
            );
        }
        let text = r#"form-data; name="file"; filename="C:\a b; c=d.mp3""#;
        let read = Parameterised::read(text).unwrap();
        assert_eq!(read.parameter("filename"), Some(r"C:\a b; c=d.mp3"));
    }

    #[test]
    fn refuses_what_can_be_read_in_two_ways() {
        for text in [
            r#"form-data; name="a"; name="b""#,
            r#"form-data; name="a"; NAME="b""#,
            r#"form-data; name="a\"; filename="b""#,
            r#"form-data; name="a" filename="b""#,
            r#"form-data; name="a"#,
            "form-data; name=",
            "form-data; name",
            "form-data; =a",
            "form-data;",
            "form-data; name=a b",
            "form-data; name=\"a\u{0}\"",
            "form-data; name=\"a\rb\"",
        ] {
            assert_eq!(Parameterised::read(text), None, "{text}");
        }
    }
}
