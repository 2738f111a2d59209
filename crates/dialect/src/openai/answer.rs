//! Reads a JSON object of an answer, buffered or one event of a stream, for the values the gateway acts on.

use super::{generated, usage};
use crate::counted::Counted;
use crate::json::{Error, Scanner, Text, Type};
use crate::vendor_error::VendorError;
use crate::{Operation, Usage};

/// The values of an object of an answer.
#[derive(Debug, Default)]
pub(super) struct Answer {
    /// The error that the vendor reports in place of the answer, or of its rest.
    pub error: Option<VendorError>,
    /// The number of its choices or embeddings; None if it has no such list.
    pub items: Option<usize>,
    /// Whether it reports usage, readable or not.
    pub reports_usage: bool,
    pub usage: Option<Usage>,
}

/// A choice of a completion.
#[derive(Debug, Clone, Copy)]
pub(super) struct Choice {
    pub index: u64,
    pub finished: bool,
    /// The generated text of this object.
    pub generated: Counted,
}

impl Answer {
    /// Reads `text`, and calls `see` for each choice.
    ///
    /// # Errors
    /// Text that is not a JSON object, or whose list or one of its elements has another type.
    pub fn read(
        operation: Operation,
        text: &str,
        mut see: impl FnMut(Choice),
    ) -> Result<Self, Error> {
        let mut scanner = Scanner::lenient(text);
        let mut answer = Answer::default();
        scanner.peek()?;
        scanner.object()?;
        while let Some(key) = scanner.key()? {
            answer.read_field(operation, &key, &mut scanner, &mut see)?;
        }
        scanner.end()?;
        Ok(answer)
    }

    fn read_field(
        &mut self,
        operation: Operation,
        key: &Text<'_>,
        scanner: &mut Scanner<'_>,
        see: &mut impl FnMut(Choice),
    ) -> Result<(), Error> {
        let value = scanner.peek()?;
        match (key.decode().as_deref(), operation) {
            (Some("choices"), Operation::Chat | Operation::Completions) if value != Type::Null => {
                self.items = Some(read_choices(scanner, see)?);
            }
            (Some("data"), Operation::Embeddings) => self.items = Some(count_objects(scanner)?),
            (Some("usage"), _) if value == Type::Object => {
                self.reports_usage = true;
                self.usage = usage::read(operation, scanner)?;
            }
            (Some("error"), _) if value != Type::Null => {
                self.error = Some(VendorError::from_json(scanner.skip_text()?));
            }
            _ => drop(scanner.skip()?),
        }
        Ok(())
    }
}

fn read_choices(scanner: &mut Scanner<'_>, see: &mut impl FnMut(Choice)) -> Result<usize, Error> {
    let mut count = 0;
    scanner.array()?;
    while scanner.element()? {
        // A vendor that omits the index has one choice.
        let mut choice = Choice { index: 0, finished: false, generated: Counted::default() };
        scanner.object()?;
        while let Some(key) = scanner.key()? {
            let value = scanner.peek()?;
            match key.decode().as_deref() {
                Some("index") if value == Type::Number => {
                    choice.index = scanner.number()?.parse().unwrap_or_default();
                }
                Some("finish_reason") => {
                    choice.finished = value != Type::Null;
                    scanner.skip()?;
                }
                Some("delta" | "message") if value == Type::Object => {
                    generated::count(scanner, &mut choice.generated)?;
                }
                // Choices of completions have no message.
                Some("text") if value == Type::String => {
                    generated::count_text(scanner, &mut choice.generated)?;
                }
                _ => drop(scanner.skip()?),
            }
        }
        see(choice);
        count += 1;
    }
    Ok(count)
}

fn count_objects(scanner: &mut Scanner<'_>) -> Result<usize, Error> {
    let mut count = 0;
    scanner.array()?;
    while scanner.element()? {
        scanner.object()?;
        while scanner.key()?.is_some() {
            scanner.skip()?;
        }
        count += 1;
    }
    Ok(count)
}
