//! What a message of an answer, or more of it, has of what the model generated: words, thoughts, refusals, the names and
//! arguments of calls, what is said in a recording. Not the JSON around them.

use crate::counted::Counted;
use crate::json::{Error, Scanner, Type};

/// Members that hold what was generated. All others hold ids, kinds and numbers, or further objects.
const WORDS: [&str; 11] = [
    "content",
    "refusal",
    "text",
    "thinking",
    "transcript",
    "name",
    "arguments",
    "input",
    "summary",
    "output_text",
    "partial_json",
];

/// Thoughts, by the names that servers have for them. Some say the same thoughts by two names.
const THOUGHTS: [&str; 3] = ["reasoning_content", "reasoning", "reasoning_details"];

/// Count a message or a delta, before which the scanner stands.
///
/// # Errors
/// What is not JSON.
pub(super) fn count(scanner: &mut Scanner<'_>, counted: &mut Counted) -> Result<(), Error> {
    let mut thoughts = Counted::default();
    scanner.object()?;
    while let Some(key) = scanner.key()? {
        let name = key.decode().unwrap_or_default();
        if THOUGHTS.contains(&name.as_ref()) {
            let mut thought = Counted::default();
            value(scanner, true, &mut thought)?;
            if thought.tokens() > thoughts.tokens() {
                thoughts = thought;
            }
        } else {
            member(scanner, &name, counted)?;
        }
    }
    counted.add_counted(thoughts);
    Ok(())
}

/// A text outside of a message: that of a completion.
pub(super) fn count_text(scanner: &mut Scanner<'_>, counted: &mut Counted) -> Result<(), Error> {
    value(scanner, true, counted)
}

fn member(scanner: &mut Scanner<'_>, name: &str, counted: &mut Counted) -> Result<(), Error> {
    match (name, scanner.peek()?) {
        // Servers that do not write arguments as a text write them as what the text would say.
        ("arguments" | "input", Type::Object | Type::Array) => {
            counted.add(scanner.skip_text()?);
            Ok(())
        }
        ("audio", Type::Object) => audio(scanner, counted),
        _ => value(scanner, WORDS.contains(&name), counted),
    }
}

/// `is_words`: a string here was generated. Recursion ends where the scanner's does.
fn value(scanner: &mut Scanner<'_>, is_words: bool, counted: &mut Counted) -> Result<(), Error> {
    match scanner.peek()? {
        Type::String if is_words => counted.add(&scanner.string()?.decode().unwrap_or_default()),
        Type::Array => {
            scanner.array()?;
            while scanner.element()? {
                value(scanner, is_words, counted)?;
            }
        }
        Type::Object => {
            scanner.object()?;
            while let Some(key) = scanner.key()? {
                member(scanner, &key.decode().unwrap_or_default(), counted)?;
            }
        }
        _ => drop(scanner.skip()?),
    }
    Ok(())
}

/// A recording: its sound, and what is said in it.
fn audio(scanner: &mut Scanner<'_>, counted: &mut Counted) -> Result<(), Error> {
    scanner.object()?;
    while let Some(key) = scanner.key()? {
        let name = key.decode().unwrap_or_default();
        match (name.as_ref(), scanner.peek()?) {
            ("data", Type::String) => counted.add_sound(scanner.skip_text()?.len()),
            _ => member(scanner, &name, counted)?,
        }
    }
    Ok(())
}
