//! The detail with which pictures are viewed.

use crate::Dialect;
use crate::chat::Losses;

/// The requested details: Google has one resolution for all media of a request.
#[derive(Default)]
pub(super) struct Details {
    images: Vec<(String, Option<bool>)>,
    /// Whether there are documents.
    pub others: bool,
}

impl Details {
    pub fn image(&mut self, path: &str, detail: Option<&str>) {
        let high = match detail {
            Some("low") => Some(false),
            Some("high" | "original") => Some(true),
            _ => None,
        };
        self.images.push((path.to_owned(), high));
    }

    /// The highest requested resolution. A low one is used only if it is requested for all media.
    pub fn resolution(&self, client: Dialect, losses: &mut Losses) -> Option<&'static str> {
        let asked = |high: bool| self.images.iter().any(|(_, detail)| *detail == Some(high));
        let all_low = !self.others && self.images.iter().all(|(_, detail)| *detail == Some(false));
        if asked(false) && !all_low {
            let field = if client == Dialect::OpenAi { "image_url.detail" } else { "detail" };
            for (path, _) in self.images.iter().filter(|(_, detail)| *detail == Some(false)) {
                let reason = "Google has one resolution for all media of a request";
                losses.add(format!("{path}.{field}"), reason);
            }
        }
        match asked(true) {
            true => Some("MEDIA_RESOLUTION_HIGH"),
            false => (asked(false) && all_low).then_some("MEDIA_RESOLUTION_LOW"),
        }
    }
}
