//! Walks an answer along the steps of the table.

use super::table::{Kind, Place, Then, is_trusted, step};
use crate::json::{Error, Scanner, Type};

/// The ids that an object hands out.
pub(super) struct Read {
    pub ids: Vec<String>,
    /// Whether the vendor stores the answer.
    pub is_kept: bool,
}

/// The ids in this text, whose outermost object is of this kind.
pub(super) fn ids(place: Place, text: &str, is_kept: bool) -> Result<Read, Error> {
    let mut scanner = Scanner::lenient(text);
    let mut walk = Walk { is_kept, found: Vec::new() };
    walk.value(Then::Go(place), &mut scanner)?;
    let Walk { is_kept, found } = walk;
    let of_kept = |found: &Found| is_kept || !found.only_if_kept;
    let ids = found.into_iter().filter(of_kept).map(|found| found.id).collect();
    Ok(Read { ids, is_kept })
}

struct Walk {
    is_kept: bool,
    found: Vec<Found>,
}

struct Found {
    id: String,
    /// Whether the id refers to nothing if the vendor does not store the answer.
    only_if_kept: bool,
}

impl Walk {
    fn value(&mut self, then: Then, scanner: &mut Scanner<'_>) -> Result<(), Error> {
        match (then, scanner.peek()?) {
            (Then::Go(place), Type::Object) => self.object(place, scanner),
            (_, Type::Array) => {
                scanner.array()?;
                while scanner.element()? {
                    self.value(then, scanner)?;
                }
                Ok(())
            }
            (Then::Id(kind), Type::String) => {
                let id = scanner.string()?.decode().unwrap_or_default().into_owned();
                let only_if_kept = matches!(kind, Kind::Response | Kind::Item);
                if !id.is_empty() {
                    self.found.push(Found { id, only_if_kept });
                }
                Ok(())
            }
            _ => scanner.skip().map(drop),
        }
    }

    fn object(&mut self, place: Place, scanner: &mut Scanner<'_>) -> Result<(), Error> {
        scanner.object()?;
        let before = self.found.len();
        let (mut kind, mut is_sealed) = (None, false);
        while let Some(key) = scanner.key()? {
            let key = key.decode().unwrap_or_default();
            match (key.as_ref(), scanner.peek()?) {
                ("type", Type::String) => {
                    kind = Some(scanner.string()?.decode().unwrap_or_default().into_owned());
                }
                ("encrypted_content", Type::String) => {
                    is_sealed |= scanner.skip_text()? != "\"\"";
                }
                ("store", Type::Boolean) if place == Place::Answer => {
                    self.is_kept = scanner.boolean()?;
                }
                (key, _) => match step(place, key) {
                    Some(then) => self.value(then, scanner)?,
                    None => scanner.skip().map(drop)?,
                },
            }
        }
        if !is_trusted(place, kind.as_deref()) {
            self.found.truncate(before);
        }
        // Clients return a thought unchanged, and one without its encrypted content names itself. This also applies to a vendor
        // that stores nothing and reads the thought's words.
        if place == Place::Item && kind.as_deref() == Some("reasoning") && !is_sealed {
            self.found.iter_mut().skip(before).for_each(|found| found.only_if_kept = false);
        }
        Ok(())
    }
}
