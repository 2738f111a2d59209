//! The meaning of each field of a request, by its name: one table for all dialects.
//!
//! A field that is not in the table is a segment of its own, including its names, and is counted by its JSON. So a field that a
//! vendor adds later is reserved too high rather than too low, and a stage that reads texts sees it. The tests walk the
//! vendors' shapes and fail for any field that is missing here.

use super::means::Means;
use super::table::TABLE;
use crate::SegmentKind as Kind;
use std::sync::LazyLock;

/// More than twice the number of fields, so most buckets have one or none. Every member of a body is looked up.
const BUCKETS: usize = 1024;

/// The same table by [`bucket`] of the name.
static BY_NAME: LazyLock<Vec<Vec<(&'static str, Means)>>> = LazyLock::new(|| {
    let mut buckets = vec![Vec::new(); BUCKETS];
    for (means, names) in TABLE {
        for name in names {
            if let Some(bucket) = buckets.get_mut(bucket(name)) {
                bucket.push((*name, means));
            }
        }
    }
    buckets
});

/// Hashes the length and three letters. Names come from clients, but only the table's names are in buckets.
fn bucket(name: &str) -> usize {
    let bytes = name.as_bytes();
    let at = |index: usize| usize::from(bytes.get(index).copied().unwrap_or_default());
    let letters = at(0) * 31 + at(bytes.len() / 2) * 7 + at(bytes.len().saturating_sub(1)) * 101;
    (letters + bytes.len() * 61) % BUCKETS
}

/// The names of all known fields.
pub fn names() -> impl Iterator<Item = &'static str> {
    TABLE.iter().flat_map(|(_, names)| names.iter().copied())
}

impl Means {
    /// The meaning of a field of this name. None: it is unknown.
    pub fn of_name(name: &str) -> Option<Self> {
        let rows = BY_NAME.get(bucket(name))?;
        rows.iter().find(|(known, _)| *known == name).map(|(_, means)| *means)
    }

    /// The meaning of a member of this name at a depth of objects and arrays.
    pub(super) fn of_member(name: &str, depth: u32) -> Self {
        match Self::of_name(name) {
            Some(Self::Input) if depth == 1 => Self::TokenIds,
            Some(Self::Input) => Self::Whole(Kind::ToolArguments),
            Some(Self::Tools) if depth > 1 => Self::Inherits,
            Some(_) if depth == 1 && (name == "custom" || name == "default") => Self::Inherits,
            Some(means) => means,
            None => Self::Whole(Kind::Other),
        }
    }

    /// The meaning of the elements of an array that has this meaning.
    pub(super) fn of_elements(self) -> Self {
        match self {
            Self::Picture | Self::Bytes | Self::TokenIds | Self::Reference => self,
            _ => Self::Inherits,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_field_is_listed_once() {
        let longest = BY_NAME.iter().map(Vec::len).max();
        assert!(longest <= Some(5), "a bucket has {longest:?} names");
        assert_eq!(names().count(), names().collect::<std::collections::BTreeSet<_>>().len());
        for (means, names) in TABLE {
            for name in names {
                assert_eq!(Means::of_name(name), Some(means), "{name}");
            }
        }
        assert_eq!(Means::of_name("brand_new_field"), None);
    }
}
