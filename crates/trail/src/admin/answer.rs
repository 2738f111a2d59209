//! Answers to administrators.

use super::form::Format;
use super::paths::ENDPOINTS;
use crate::name::Name;
use crate::questions::{QuestionError, Table};
use serde_json::json;

/// An answer, as it leaves by HTTP. The body of one with an error is an object with `code` and `message`.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names of the fields say it")]
pub struct AdminAnswer {
    pub status: u16,
    pub content_type: &'static str,
    pub headers: Vec<(&'static str, String)>,
    pub body: String,
}

/// Why a question has no answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AdminError {
    /// There is nothing at this path.
    #[error("there is nothing at `/admin/v1/{path}`; there are {}", endpoints())]
    NoEndpoint {
        /// The path, shortened.
        path: Name,
    },
    /// The path answers another method.
    #[error("this answers {allow} only")]
    OtherMethod {
        /// The method that it answers.
        allow: &'static str,
    },
    /// There is no such request, or not in this scope.
    #[error(
        "there is no request `{id}` that you may see: it is not known, or older than requests are kept"
    )]
    NoRequest {
        /// The id, shortened.
        id: Name,
    },
    /// Policy says so.
    #[error(
        "nothing is watched: recorder.toml has enabled = false in [anomalies], or keeps no ledger"
    )]
    NotWatched,
    /// What concerns everyone is for those who see everything.
    #[error("this concerns all tenants: it needs the action `admin`")]
    NotForScope,
    /// The body is wrong.
    #[error(
        "the body is not an object with `subject`, the id of a person with 1 to {most} bytes: {why}"
    )]
    WrongBody {
        /// The longest id.
        most: usize,
        /// What is wrong with it; never the value.
        why: String,
    },
    /// The signature that was made is another one's.
    #[error(
        "the export cannot be signed: the signature does not fit; is the key of `[audit]` an Ed25519 key?"
    )]
    WrongSignature,
    /// The parameters are wrong, or the ledger cannot be read.
    #[error(transparent)]
    Question(#[from] QuestionError),
}

impl AdminAnswer {
    /// A success.
    pub(super) fn json(body: String) -> Self {
        AdminAnswer { status: 200, content_type: "application/json", headers: private(), body }
    }

    /// A part of a file with lines of JSON, and where the next part is.
    pub(super) fn lines(body: String, name: &str, next: Option<String>) -> Self {
        let mut headers = private();
        headers.push(("content-disposition", format!("attachment; filename=\"{name}.jsonl\"")));
        headers.extend(next.map(|next| ("link", format!("<{next}>; rel=\"next\""))));
        AdminAnswer { status: 200, content_type: "application/jsonl", headers, body }
    }

    /// A table: an object with one list, or a file.
    pub(super) fn table(name: &str, table: &Table, format: Format) -> Self {
        if format == Format::Json {
            return Self::json(format!("{{\"{name}\":{}}}", table.to_json()));
        }
        let mut headers = private();
        headers.push(("content-disposition", format!("attachment; filename=\"{name}.csv\"")));
        let content_type = "text/csv; charset=utf-8; header=present";
        AdminAnswer { status: 200, content_type, headers, body: table.to_csv() }
    }
}

/// Who spent what is for the one who asked.
fn private() -> Vec<(&'static str, String)> {
    let no_sniffing = ("x-content-type-options", "nosniff".to_owned());
    vec![("cache-control", "no-store".to_owned()), no_sniffing]
}

fn endpoints() -> String {
    let paths: Vec<_> = ENDPOINTS.iter().map(|(path, _)| format!("/admin/v1/{path}")).collect();
    paths.join(", ")
}

impl AdminError {
    pub(super) fn no_endpoint(path: &str) -> Self {
        AdminError::NoEndpoint { path: Name::from_policy(path) }
    }

    pub(super) fn no_request(id: &str) -> Self {
        AdminError::NoRequest { id: Name::from_policy(id) }
    }

    fn status_and_code(&self) -> (u16, &'static str) {
        match self {
            AdminError::NoEndpoint { .. } => (404, "unknown_url"),
            AdminError::OtherMethod { .. } => (405, "method_not_allowed"),
            AdminError::NoRequest { .. } => (404, "request_not_found"),
            AdminError::NotWatched => (409, "not_watched"),
            AdminError::NotForScope => (403, "permission_denied"),
            AdminError::WrongBody { .. } => (400, "invalid_body"),
            AdminError::WrongSignature => (503, "audit_unsigned"),
            AdminError::Question(_) => (400, "invalid_question"),
        }
    }

    /// The answer that says it.
    pub fn into_answer(self) -> AdminAnswer {
        let (status, code) = self.status_and_code();
        let body = json!({ "code": code, "message": self.to_string() }).to_string();
        let mut headers = private();
        if let AdminError::OtherMethod { allow } = self {
            headers.push(("allow", allow.to_owned()));
        }
        AdminAnswer { status, content_type: "application/json", headers, body }
    }
}
