//! Where telemetry and notices go.

use toml::Spanned;

use crate::base_url::BaseUrl;
use crate::reading::{Key, Label, Report};

/// A URL as providers have one: http or https, a part of it may be a variable.
pub(super) fn read(
    report: &mut Report<'_>,
    label: Label<'_>,
    key: Key,
    url: &Spanned<&str>,
) -> Option<BaseUrl> {
    match BaseUrl::parse(url.get_ref()) {
        Ok(url) => Some(url),
        Err(error) => {
            let message = format!("`{}` cannot be used: {error}", key.name);
            report.problem(label, url.span(), message);
            None
        }
    }
}
