//! Thoughts that are returned: unchanged, and only to their maker.

use super::content::Part;
use super::lacks;
use crate::chat::{Losses, Reasoned};
use crate::openai::thoughts::{self, Detail};
use crate::{Dialect, Vendor};

/// The fields of an assistant's message that hold thoughts.
#[derive(Debug, Default)]
pub(super) struct Thoughts {
    pub reasoning_content: Option<String>,
    pub reasoning: Option<String>,
    pub reasoning_details: Vec<Detail>,
    /// Thoughts that are parts of the content.
    pub parts: Vec<Part>,
}

impl Thoughts {
    /// Words without a seal belong to the client's dialect, if it is this API; otherwise their maker is unknown.
    pub fn add(
        &mut self,
        reasoned: Reasoned,
        path: String,
        client: Dialect,
        vendor: &Vendor,
        losses: &mut Losses,
    ) {
        let field = match &reasoned.sealed {
            Some(sealed) => thoughts::field(sealed),
            None if client == Dialect::OpenAi => Some(thoughts::CONTENT),
            None => None,
        };
        let detail = reasoned.sealed.as_ref().and_then(thoughts::own_detail);
        let name = field.unwrap_or("reasoning_details");
        if field.is_none() && detail.is_none() {
            losses.add(path, "thoughts of another maker");
        } else if lacks(vendor, name)
            || vendor.quirks.unsupported_in_messages.iter().any(|refused| refused == name)
        {
            losses.add(path, "the vendor refuses thoughts");
        } else if let Some(detail) = detail {
            self.add_details(reasoned, detail);
        } else {
            self.add_words(name, reasoned.text);
        }
    }

    fn add_details(&mut self, reasoned: Reasoned, detail: Detail) {
        let is_summary = thoughts::kind(&detail) == thoughts::SUMMARY;
        let words = if is_summary { reasoned.summary.concat() } else { reasoned.text };
        self.reasoning_details.push(thoughts::with_words(detail, &words));
    }

    fn add_words(&mut self, field: &str, words: String) {
        let place = match field {
            thoughts::THINKING => {
                let thinking = vec![Part::text(words)];
                return self.parts.push(Part::Thinking { thinking });
            }
            thoughts::REASONING => &mut self.reasoning,
            _ => &mut self.reasoning_content,
        };
        match place {
            Some(so_far) => so_far.push_str(&words),
            None => *place = Some(words),
        }
    }
}
