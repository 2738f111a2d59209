//! What is found in the messages of a request while it is read: where its texts stand, and how many pictures, sounds and
//! documents it carries.

use crate::{Role, Segment, Span};

/// What of a request is no text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Medium {
    Image,
    Audio,
    Document,
}

/// How many of each; none above [`u32::MAX`].
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Media {
    pub images: u32,
    pub audio: u32,
    pub documents: u32,
}

/// What has been found so far.
#[derive(Debug, Default)]
pub(crate) struct Found {
    /// In the order in which they stand.
    pub segments: Vec<Segment>,
    pub media: Media,
}

impl Found {
    pub fn text(&mut self, role: Role, span: Span) {
        self.segments.push(Segment { role, span });
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
