//! Where a page of requests ended.

use super::error::QuestionError;
use super::parameters::shown;
use crate::name::Name;

/// The last row of a page: its time and its id. It is written in hexadecimal, so that no one reads a meaning into it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Cursor {
    pub(super) started_ms: i64,
    pub(super) request_id: String,
}

impl Cursor {
    pub(super) fn to_text(&self) -> String {
        hex::encode(format!("1 {} {}", self.started_ms, self.request_id))
    }

    pub(super) fn of(given: &str) -> Result<Self, QuestionError> {
        Self::read(given).ok_or_else(|| QuestionError::WrongValue {
            parameter: "cursor",
            given: shown(given),
            known: "the `next` of the page before".to_owned(),
        })
    }

    fn read(given: &str) -> Option<Self> {
        let text = String::from_utf8(hex::decode(given).ok()?).ok()?;
        let (started_ms, request_id) = text.strip_prefix("1 ")?.split_once(' ')?;
        let request_id = Name::try_from(request_id.to_owned()).ok()?;
        Some(Cursor { started_ms: started_ms.parse().ok()?, request_id: request_id.into() })
    }
}
