//! Data that only its maker can open: signatures of thoughts, and encrypted thoughts.

use crate::Dialect;

/// A vendor's opaque text about its own reasoning. It is returned unchanged on the next turn, only to that vendor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sealed {
    /// The maker's dialect.
    pub maker: Dialect,
    /// The vendor's id of the reasoning, where it has one (`rs_...`).
    pub id: Option<String>,
    /// The opaque text.
    pub data: String,
}

/// The prefix of an opaque text whose maker is not the dialect that carries it.
const ENVELOPE: &str = "postern";

impl Sealed {
    /// The text as a client of `carrier`'s dialect stores it: the maker's own text, or an envelope
    /// `postern.<maker>.<id>.<data>`.
    pub fn into_text(&self, carrier: Dialect) -> String {
        if self.maker == carrier {
            return self.data.clone();
        }
        let id = self.id.as_deref().unwrap_or_default().replace('.', "");
        format!("{ENVELOPE}.{}.{id}.{}", self.maker.as_str(), self.data)
    }

    /// Reads a text that a client of `carrier`'s dialect gave back; without an envelope it is `carrier`'s own.
    pub fn from_text(carrier: Dialect, text: &str) -> Self {
        Self::opened(text).unwrap_or_else(|| Sealed {
            maker: carrier,
            id: None,
            data: text.to_owned(),
        })
    }

    fn opened(text: &str) -> Option<Self> {
        let mut parts = text.strip_prefix(ENVELOPE)?.strip_prefix('.')?.splitn(3, '.');
        let maker = Dialect::from_name(parts.next()?)?;
        let id = Some(parts.next()?).filter(|id| !id.is_empty()).map(str::to_owned);
        Some(Sealed { maker, id, data: parts.next()?.to_owned() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comes_back_from_any_carrier_as_it_went() {
        let sealed =
            Sealed { maker: Dialect::Google, id: Some("a".into()), data: "x.y/+==".into() };
        assert_eq!(Sealed::from_text(Dialect::OpenAi, &sealed.into_text(Dialect::OpenAi)), sealed);
        let own = Sealed { maker: Dialect::Anthropic, id: None, data: "postern?".into() };
        assert_eq!(own.into_text(Dialect::Anthropic), "postern?");
        assert_eq!(Sealed::from_text(Dialect::Anthropic, "postern?"), own);
    }
}
