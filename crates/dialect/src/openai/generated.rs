//! Counts what the model generated in a message of an answer or a delta: words, thoughts, refusals, the names and arguments of
//! calls, the transcript of a recording. The JSON around them is not counted.

use crate::counted::Counted;
use crate::json::{Error, Scanner, Type};

/// Members that hold generated text. All others hold ids, kinds and numbers, or further objects.
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

/// The names under which servers send thoughts. Some send the same thoughts under two names.
const THOUGHTS: [&str; 3] = ["reasoning_content", "reasoning", "reasoning_details"];

/// Counts a message or a delta, at which the scanner stands.
///
/// # Errors
/// A value that is not JSON.
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

/// Counts a text outside of a message, as completions have it.
pub(super) fn count_text(scanner: &mut Scanner<'_>, counted: &mut Counted) -> Result<(), Error> {
    value(scanner, true, counted)
}

fn member(scanner: &mut Scanner<'_>, name: &str, counted: &mut Counted) -> Result<(), Error> {
    match (name, scanner.peek()?) {
        // Some servers write arguments as JSON instead of a text that contains it.
        ("arguments" | "input", Type::Object | Type::Array) => {
            counted.add(scanner.skip_text()?);
            Ok(())
        }
        ("audio", Type::Object) => audio(scanner, counted),
        _ => value(scanner, WORDS.contains(&name), counted),
    }
}

/// `is_words`: a string here was generated. The scanner's depth bounds the recursion.
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

/// Counts a recording: its sound and its transcript.
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
