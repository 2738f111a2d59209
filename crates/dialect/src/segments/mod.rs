//! Collects the segments of a request while it is read, and the number of its pictures, sounds and documents.
//!
//! A reader of a dialect looks into the members it judges and passes every other member to [`Found::member`], which walks it by
//! the one table of names. So the body is read once and completely.

mod around;
mod beside;
pub mod fields;
mod means;
mod table;
mod walk;

pub(crate) use around::Around;
pub(crate) use beside::{Beside, Kept};
pub use means::Means;
pub(crate) use walk::Run;

use crate::json::Scanner;
use crate::{Role, Segment, SegmentKind, Span};

/// Content of a request that is not text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Medium {
    Image,
    Audio,
    Document,
}

/// The number of each medium, at most [`u32::MAX`].
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Media {
    pub images: u32,
    pub audio: u32,
    pub documents: u32,
}

/// The segments and media found so far.
#[derive(Debug, Default)]
pub(crate) struct Found {
    /// The segments in the order of the body.
    pub segments: Vec<Segment>,
    /// The number of texts that are said.
    pub texts: u32,
    pub media: Media,
}

/// The segments of a body whose dialect is unknown, by the names of its fields alone. None: it is not a JSON object.
pub fn of_any(body: &str) -> Option<Vec<Segment>> {
    let mut scanner = Scanner::new(body);
    let mut found = Found::default();
    found.object(&mut scanner, Around::USER).ok()?;
    scanner.end().ok()?;
    Some(found.segments)
}

impl Found {
    /// Adds a text of a message, an instruction or an input.
    pub fn text(&mut self, around: Around, span: Span) {
        self.texts = self.texts.saturating_add(1);
        self.string(around.kind, around.role, span);
    }

    /// Adds the inside of a string.
    pub fn string(&mut self, kind: SegmentKind, role: Role, span: Span) {
        self.segments.push(Segment { kind, role, span, is_json_string: true });
    }

    /// Adds a JSON value.
    pub fn json(&mut self, kind: SegmentKind, role: Role, span: Span) {
        self.segments.push(Segment { kind, role, span, is_json_string: false });
    }

    /// Adds the tools that the model may call.
    pub fn tools(&mut self, span: Span) {
        self.json(SegmentKind::ToolSchema, Role::System, span);
    }

    pub fn medium(&mut self, medium: Option<Medium>) {
        let Media { images, audio, documents } = &mut self.media;
        let count = match medium {
            None => return,
            Some(Medium::Image) => images,
            Some(Medium::Audio) => audio,
            Some(Medium::Document) => documents,
        };
        *count = count.saturating_add(1);
    }

    /// The byte segments found since `first` are pictures.
    pub fn are_pictures(&mut self, first: usize) {
        for segment in self.since(first).filter(|segment| segment.kind == SegmentKind::Media) {
            segment.kind = SegmentKind::ImageReference;
        }
    }

    /// Sets the speaker of the segments found since `first` whose role satisfies `is_open`: the role may come after the
    /// content.
    pub fn said_by(&mut self, first: usize, role: Role, is_open: impl Fn(Role) -> bool) {
        for segment in self.since(first).filter(|segment| is_open(segment.role)) {
            segment.role = role;
            segment.kind = match segment.kind {
                SegmentKind::UserText => around::text_of(role),
                SegmentKind::SpeakerName if role == Role::Tool => SegmentKind::ToolName,
                kind => kind,
            };
        }
    }

    /// The segment at this index, found by its name, is a text that is said.
    pub fn is_text(&mut self, at: usize, around: Around) {
        if let Some(segment) = self.segments.get_mut(at) {
            self.texts = self.texts.saturating_add(1);
            (segment.kind, segment.role) = (around.kind, around.role);
        }
    }

    /// The texts found since `first` are of this kind.
    pub fn texts_are(&mut self, first: usize, kind: SegmentKind) {
        for segment in self.since(first).filter(|segment| segment.kind == SegmentKind::UserText) {
            segment.kind = kind;
        }
    }

    /// Names without a speaker are names of tools.
    pub fn names_are_tools(&mut self, first: usize) {
        for segment in self.since(first).filter(|one| one.kind == SegmentKind::SpeakerName) {
            (segment.kind, segment.role) = (SegmentKind::ToolName, Role::Assistant);
        }
    }

    fn since(&mut self, first: usize) -> impl Iterator<Item = &mut Segment> {
        self.segments.iter_mut().skip(first)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_no_further_than_its_numbers_go() {
        let mut found = Found::default();
        found.media.images = u32::MAX;
        found.medium(Some(Medium::Image));
        found.medium(Some(Medium::Audio));
        found.medium(None);
        assert_eq!(found.media, Media { images: u32::MAX, audio: 1, documents: 0 });
    }
}
