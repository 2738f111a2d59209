//! A form with some texts replaced and all other bytes the client's.

use crate::error::Error;
use crate::json::{self, Members};
use crate::{Field, Form, Value};
use memchr::memmem;
use std::ops::Range;

/// A piece of a form as it is sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece {
    /// Bytes that the client sent.
    Kept(Range<usize>),
    /// Replacement text.
    New(String),
}

/// A form as it is sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rewritten {
    pieces: Vec<Piece>,
}

impl Rewritten {
    /// Its length in bytes.
    #[must_use]
    pub fn len(&self) -> usize {
        let lengths = self.pieces.iter().map(|piece| match piece {
            Piece::Kept(range) => range.len(),
            Piece::New(text) => text.len(),
        });
        lengths.sum()
    }

    /// Whether it has no bytes.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Its bytes, in slices of at most `most` bytes.
    pub fn chunks<'a>(&'a self, form: &'a Form, most: usize) -> impl Iterator<Item = &'a [u8]> {
        self.pieces.iter().flat_map(move |piece| {
            let bytes = match piece {
                Piece::Kept(range) => form.bytes.get(range.clone()).unwrap_or_default(),
                Piece::New(text) => text.as_bytes(),
            };
            bytes.chunks(most.max(1))
        })
    }
}

pub fn rewritten(form: &Form, json: &str) -> Result<Rewritten, Error> {
    let unsayable = |name: &str| Error::Unsayable(name.to_owned());
    let Members(members) = serde_json::from_str(json).map_err(|_| unsayable(""))?;
    let mut said = members.into_iter().peekable();
    let mut splices = Vec::new();
    for field in &form.fields {
        match (&field.value, said.next_if(|(name, _)| *name == field.name)) {
            (_, None) => splices.push((field.whole.clone(), String::new())),
            (_, Some((_, value))) if value == json::value(field) => {}
            (Value::Text(_), Some((_, serde_json::Value::String(text)))) => {
                splices.extend(replaced(form, field, text)?);
            }
            _ => return Err(unsayable(&field.name)),
        }
    }
    match said.next() {
        Some((name, _)) => Err(unsayable(&name)),
        None => Ok(spliced(form.bytes.len(), splices)),
    }
}

/// The splices that replace a field's text, and its length where the field states it.
fn replaced(
    form: &Form,
    field: &Field,
    text: String,
) -> Result<Vec<(Range<usize>, String)>, Error> {
    let delimiter = format!("--{}", form.boundary);
    if memmem::find(text.as_bytes(), delimiter.as_bytes()).is_some() {
        return Err(Error::Unsayable(field.name.clone()));
    }
    let length = field.length.clone().map(|place| (place, text.len().to_string()));
    Ok(length.into_iter().chain([(field.content.clone(), text)]).collect())
}

/// The bytes with the splices applied; the splices are sorted and do not overlap.
fn spliced(length: usize, splices: Vec<(Range<usize>, String)>) -> Rewritten {
    let mut pieces = Vec::with_capacity(splices.len() * 2 + 1);
    let mut at = 0;
    for (range, text) in splices {
        pieces.push(Piece::Kept(at..range.start));
        pieces.push(Piece::New(text));
        at = range.end;
    }
    pieces.push(Piece::Kept(at..length));
    pieces.retain(|piece| match piece {
        Piece::Kept(range) => !range.is_empty(),
        Piece::New(text) => !text.is_empty(),
    });
    Rewritten { pieces }
}
