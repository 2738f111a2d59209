//! What administrators can ask for.

use super::answer::AdminError;
use percent_encoding::percent_decode_str;
use std::borrow::Cow;

/// What is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AdminEndpoint<'p> {
    /// Sums by time and group.
    Usage,
    /// Single requests, newest first.
    Requests,
    /// One request by its id.
    Request(Cow<'p, str>),
    /// Costs in the columns of FOCUS.
    Costs,
    /// What is unusual.
    Anomalies,
    /// To look for it now, which a scheduler asks where there are no requests that do.
    EvaluateAnomalies,
    /// An audit stream, as lines of JSON.
    Audit,
    /// The erasure of a data subject's traces.
    Erasures,
}

impl<'p> AdminEndpoint<'p> {
    /// The endpoint of a path below `/admin/v1/`.
    ///
    /// # Errors
    ///
    /// There is nothing at this path, or it does not answer this method.
    pub fn of(method: &str, path: &'p str) -> Result<Self, AdminError> {
        let (endpoint, allow) = match path {
            "usage" => (Self::Usage, "GET"),
            "requests" => (Self::Requests, "GET"),
            "costs" => (Self::Costs, "GET"),
            "anomalies" => (Self::Anomalies, "GET"),
            "anomalies/evaluate" => (Self::EvaluateAnomalies, "POST"),
            "audit" => (Self::Audit, "GET"),
            "erasures" => (Self::Erasures, "POST"),
            _ => match path.strip_prefix("requests/") {
                Some(id) if is_id(id) => (Self::Request(decoded(id)), "GET"),
                _ => return Err(AdminError::no_endpoint(path)),
            },
        };
        if method == allow { Ok(endpoint) } else { Err(AdminError::OtherMethod { allow }) }
    }
}

/// The id, which may have signs that a path has not.
fn decoded(id: &str) -> Cow<'_, str> {
    percent_decode_str(id).decode_utf8_lossy()
}

/// One segment of a path.
fn is_id(id: &str) -> bool {
    !id.is_empty() && !id.contains('/')
}

#[cfg(test)]
mod tests {
    use super::super::paths::ENDPOINTS;
    use super::*;

    #[test]
    fn each_endpoint_answers_its_method_alone() {
        for (path, allow) in ENDPOINTS {
            let path = path.replace("{id}", "r-1");
            for method in ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", ""] {
                let found = AdminEndpoint::of(method, &path);
                assert_eq!(found.is_ok(), method == allow, "{method} {path}: {found:?}");
            }
        }
    }

    #[test]
    fn an_id_may_have_any_sign() {
        for (path, id) in [("r-1~0a", "r-1~0a"), ("a%2Fb%20c", "a/b c"), ("%zz", "%zz")] {
            let path = format!("requests/{path}");
            assert_eq!(AdminEndpoint::of("GET", &path), Ok(AdminEndpoint::Request(id.into())));
        }
    }

    #[test]
    fn what_is_not_there_is_said_with_what_is() {
        for path in ["", "usages", "usage/", "requests/", "requests/a/b", "../v1/usage", "Usage"] {
            let error = AdminEndpoint::of("GET", path).unwrap_err().into_answer();
            assert_eq!(error.status, 404, "{path}");
            for (known, _) in ENDPOINTS {
                assert!(error.body.contains(known), "{path}: {}", error.body);
            }
        }
    }
}
