//! `[[webhook]]`: where findings are sent.

use std::net::IpAddr;

use http::uri::Authority;

use super::endpoint;
use crate::base_url::BaseUrl;
use crate::reading::{Key, Label, Report, Seen, Table, name, one_of, variable_name};

pub(super) const NAME: Key = Key::new("name", r#"name = "on-call""#);
const URL: Key = Key::new("url", r#"url = "https://hooks.example.com/postern""#);
const FORMAT: Key = Key::new("format", r#"format = "json""#);
const SIGNING_KEY: Key = Key::new("signing_key", r#"signing_key = "webhook_signing_key""#);
const PRIVATE_ADDRESS: Key = Key::new("private_address", "private_address = true");

const FORMATS: &[(&str, WebhookFormat)] =
    &[("json", WebhookFormat::Json), ("slack", WebhookFormat::Slack)];

/// What a webhook gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WebhookFormat {
    /// An event of Standard Webhooks: `type`, `timestamp`, `data`.
    Json,
    /// A message for Slack, and for what takes its messages (Mattermost, Rocket.Chat, Discord at `/slack`).
    Slack,
}

/// A receiver of findings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Webhook {
    /// It names the webhook in the ledger and the log.
    pub name: String,
    /// Where it is. Slack's URLs are secrets: then a variable holds it.
    pub url: BaseUrl,
    /// What it gets.
    pub format: WebhookFormat,
    /// The variable that holds the key of its signatures.
    pub signing_key: Option<String>,
}

pub(super) fn read_all(report: &mut Report<'_>, tables: Vec<Table<'_>>) -> Vec<Webhook> {
    let (mut seen, mut webhooks) = (Seen::default(), Vec::new());
    for mut table in tables {
        webhooks.extend(read(report, &mut table, &mut seen));
        table.finish(report);
    }
    webhooks
}

fn read<'t>(
    report: &mut Report<'_>,
    table: &mut Table<'t>,
    seen: &mut Seen<'t>,
) -> Option<Webhook> {
    let label = table.label;
    let written = table.required::<&str>(report, NAME);
    let url = table.required::<&str>(report, URL);
    let format = table.optional(report, FORMAT);
    let signing_key = table.optional(report, SIGNING_KEY);
    let private = table.optional::<bool>(report, PRIVATE_ADDRESS);
    if let Some(written) = &written {
        let what = format!("the webhook {:?}", written.get_ref());
        seen.note(report, label, written, &what, "rename");
    }
    let name = written.and_then(|written| name(report, label, NAME, &written));
    let base_url = url.as_ref().and_then(|url| endpoint::read(report, label, URL, url));
    if let (Some(url), Some(base_url)) = (&url, &base_url)
        && !private.is_some_and(|private| *private.get_ref())
    {
        refuse_private(report, label, url.span(), base_url);
    }
    let format = format.and_then(|word| one_of(report, label, FORMAT, &word, FORMATS));
    let signing_key =
        signing_key.and_then(|written| variable_name(report, label, SIGNING_KEY, &written));
    Some(Webhook {
        name: name?,
        url: base_url?,
        format: format.unwrap_or(WebhookFormat::Json),
        signing_key,
    })
}

/// Findings name consumers and models: they leave for an address inside only where policy says so. What a variable holds is seen
/// by no check; its host is granted in `spin.toml`.
fn refuse_private(
    report: &mut Report<'_>,
    label: Label<'_>,
    span: std::ops::Range<usize>,
    url: &BaseUrl,
) {
    let origin = url.origin();
    let Some((_, authority)) = origin.split_once("://") else { return };
    if is_private(authority) {
        let message = "`url` leads to an address of this machine or of a private network; add private_address = true if that is meant";
        report.problem(label, span, message);
    }
}

fn is_private(authority: &str) -> bool {
    let Ok(authority) = authority.parse::<Authority>() else { return false };
    let host = authority.host().trim_end_matches('.');
    let host = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host);
    let is_local_name = host == "localhost"
        || [".localhost", ".local", ".internal"].iter().any(|end| host.ends_with(end));
    let address = host.parse::<IpAddr>().map(|address| address.to_canonical());
    is_local_name
        || match address {
            Ok(IpAddr::V4(v4)) => {
                let [first, second, ..] = v4.octets();
                v4.is_private()
                    || v4.is_loopback()
                    || v4.is_link_local()
                    || v4.is_unspecified()
                    || v4.is_multicast()
                    || v4.is_broadcast()
                    // RFC 6598.
                    || first == 100 && (64..128).contains(&second)
            }
            Ok(IpAddr::V6(v6)) => {
                v6.is_loopback()
                    || v6.is_unspecified()
                    || v6.is_multicast()
                    || v6.is_unique_local()
                    || v6.is_unicast_link_local()
            }
            Err(_) => false,
        }
}

#[cfg(test)]
mod tests {
    use super::is_private;

    #[test]
    fn private_addresses_are_found_in_every_way_they_are_written() {
        for host in [
            "localhost",
            "localhost:8080",
            "LOCALHOST.".to_ascii_lowercase().as_str(),
            "collector.internal",
            "printer.local",
            "127.0.0.1:1",
            "10.1.2.3",
            "172.16.0.1",
            "192.168.0.1",
            "169.254.169.254",
            "100.64.0.1",
            "0.0.0.0",
            "[::1]:80",
            "[fe80::1]",
            "[fd00::1]",
            "[::ffff:10.0.0.1]",
        ] {
            assert!(is_private(host), "{host}");
        }
        for host in ["hooks.slack.com", "8.8.8.8:443", "172.32.0.1", "100.128.0.1", "[2001:db8::1]"]
        {
            assert!(!is_private(host), "{host}");
        }
    }
}
