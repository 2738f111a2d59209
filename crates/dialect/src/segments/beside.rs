//! Members of an object that qualify each other.

use super::Found;
use crate::json::Scanner;
use crate::{Role, Segment, SegmentKind, Span};

/// The pictures of one object, and the detail with which they are viewed.
#[derive(Debug, Default)]
pub(crate) struct Beside {
    /// Their indices in the segments, without deeper ones: `detail` applies to its sibling members only.
    pictures: Vec<usize>,
    /// Whether every `detail` is `low`.
    is_low: Option<bool>,
}

impl Beside {
    pub(super) fn picture(&mut self, at: usize) {
        self.pictures.push(at);
    }

    pub(super) fn detail(&mut self, detail: &str) {
        self.is_low = Some(self.is_low != Some(false) && detail == "low");
    }

    /// Applies them at the end of the object.
    pub fn close(self, found: &mut Found) {
        if self.is_low != Some(true) {
            return;
        }
        for at in self.pictures {
            if let Some(segment) = found.segments.get_mut(at) {
                segment.kind = SegmentKind::LowDetailImage;
            }
        }
    }
}

/// A prompt that is stored at the vendor.
#[derive(Debug)]
pub(crate) struct Kept {
    /// Where it begins, in the segments and in the body.
    first: usize,
    start: usize,
    is_named: bool,
}

impl Kept {
    /// Called after the object was entered.
    pub fn new(found: &Found, scanner: &Scanner<'_>) -> Self {
        Kept { first: found.segments.len(), start: scanner.at(), is_named: false }
    }

    /// Reads its id.
    pub fn id(&mut self, span: Span, found: &mut Found) {
        if span.start == span.end {
            return;
        }
        // One prompt is one reference, however often it is named.
        let kind = if self.is_named { SegmentKind::Metadata } else { SegmentKind::VendorReference };
        found.string(kind, Role::User, span);
        self.is_named = true;
    }

    /// Called at the end of the object.
    pub fn close(self, found: &mut Found) {
        if !self.is_named {
            let segment = Segment {
                kind: SegmentKind::VendorReference,
                role: Role::User,
                span: Span::from(self.start..self.start),
                is_json_string: false,
            };
            found.segments.insert(self.first, segment);
        }
    }
}
