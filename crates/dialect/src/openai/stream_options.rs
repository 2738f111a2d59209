//! The stream options of a client: <https://platform.openai.com/docs/api-reference/chat/create#chat_create-stream_options>.

use super::field::{self, Fields};
use super::read::{self};
use super::refusal::{Refusal, wrong_type};
use crate::json::{Scanner, Type};
use crate::{Edit, Span};

const FIELD: &str = "stream_options";

/// The client's `stream_options`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum StreamOptions {
    #[default]
    Absent,
    /// Present as `null`.
    Null(Span),
    Object {
        /// The position just after its `{`.
        inside: u32,
        empty: bool,
        include_usage: Option<(bool, Span)>,
    },
}

impl StreamOptions {
    /// Reads the value of the field.
    pub fn read(scanner: &mut Scanner<'_>) -> Result<Self, Refusal> {
        match scanner.peek()? {
            Type::Null => Ok(StreamOptions::Null(scanner.skip()?)),
            Type::Object => Self::read_object(scanner),
            other => Err(wrong_type(FIELD, "an object", other)),
        }
    }

    fn read_object(scanner: &mut Scanner<'_>) -> Result<Self, Refusal> {
        scanner.object()?;
        let inside = Span::from(scanner.at()..scanner.at()).start;
        let mut fields = Fields::new(&["include_usage"]);
        let (mut empty, mut include_usage) = (true, None);
        while let Some(key) = scanner.key()? {
            empty = false;
            if fields.name(&key, || format!("{FIELD}."))?.is_none() {
                scanner.skip()?;
                continue;
            }
            let start = scanner.at();
            let asked = field::boolean(scanner, "stream_options.include_usage")?;
            include_usage = Some((asked.unwrap_or(false), Span::from(start..scanner.at())));
        }
        Ok(StreamOptions::Object { inside, empty, include_usage })
    }

    /// Finds the field in a complete body.
    pub fn find(body: &str) -> Result<Self, Refusal> {
        let mut scanner = Scanner::new(body);
        let mut fields = Fields::new(&[FIELD]);
        let mut options = StreamOptions::Absent;
        read::enter(&mut scanner)?;
        while let Some(key) = scanner.key()? {
            match fields.name(&key, String::new)? {
                Some(_) => options = StreamOptions::read(&mut scanner)?,
                None => drop(scanner.skip()?),
            }
        }
        Ok(options)
    }

    pub fn is_object(self) -> bool {
        matches!(self, StreamOptions::Object { .. })
    }

    /// Whether the client itself asked for the usage and receives the vendor's.
    pub fn include_usage(self) -> bool {
        matches!(self, StreamOptions::Object { include_usage: Some((true, _)), .. })
    }

    /// The splice that requests the usage; `member_end` is the end of a member of the body. None: it is requested already.
    pub fn ask_for_usage(self, member_end: u32) -> Option<Edit> {
        const ASKED: &str = r#"{"include_usage":true}"#;
        match self {
            StreamOptions::Absent => {
                Some(Edit::insert(member_end, format!(r#","{FIELD}":{ASKED}"#)))
            }
            StreamOptions::Null(span) => Some(Edit { span, replacement: ASKED.to_owned() }),
            StreamOptions::Object { include_usage: Some((true, _)), .. } => None,
            StreamOptions::Object { include_usage: Some((false, span)), .. } => {
                Some(Edit { span, replacement: "true".to_owned() })
            }
            StreamOptions::Object { inside, empty, include_usage: None } => {
                let comma = if empty { "" } else { "," };
                Some(Edit::insert(inside, format!(r#""include_usage":true{comma}"#)))
            }
        }
    }
}
