//! A form with other texts, in the client's own bytes.

use crate::error::Error;
use crate::json::{self, Members};
use crate::{Field, Form, Value};
use memchr::memmem;
use std::ops::Range;

/// A part of a form as it is sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece {
    /// Bytes of the client's.
    Kept(Range<usize>),
    /// Other text.
    New(String),
}

/// A form as it is sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rewritten {
    pieces: Vec<Piece>,
}

impl Rewritten {
    /// How many bytes it has.
    #[must_use]
    pub fn len(&self) -> usize {
        let lengths = self.pieces.iter().map(|piece| match piece {
            Piece::Kept(range) => range.len(),
            Piece::New(text) => text.len(),
        });
        lengths.sum()
    }

    /// Whether it has none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Its bytes, in slices of at most `most`.
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

/// Another text, and its length where the field says it.
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

/// The bytes with these in place of those; the splices are sorted and do not overlap.
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
