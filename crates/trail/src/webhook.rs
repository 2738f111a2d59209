//! Messages to webhooks, by Standard Webhooks (<https://www.standardwebhooks.com>) or as Slack takes them.

use crate::watch::WebhookNotice;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

/// The type of the event.
const EVENT: &str = "postern.anomalies";

/// The longest text for Slack: it cuts longer ones.
const SLACK_TEXT_BYTES: usize = 3_500;

/// What a webhook gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WebhookFormat {
    /// An event with `type`, `timestamp` and `data`.
    Json,
    /// An object with `text`.
    Slack,
}

/// A message as it is sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WebhookMessage {
    /// `webhook-id`: the same however often it is sent.
    pub id: String,
    /// `webhook-timestamp`: when it is sent, in seconds since 1970.
    pub unix_s: i64,
    /// JSON.
    pub body: String,
}

/// The message of a notice.
pub fn message(notice: &WebhookNotice, format: WebhookFormat, unix_s: i64) -> WebhookMessage {
    let data: Value = serde_json::from_str(&notice.body).unwrap_or_default();
    let body = match format {
        WebhookFormat::Json => {
            let timestamp = jiff::Timestamp::from_second(unix_s).unwrap_or_default();
            json!({ "type": EVENT, "timestamp": timestamp.to_string(), "data": data })
        }
        WebhookFormat::Slack => json!({ "text": slack_text(&data) }),
    };
    WebhookMessage { id: notice.id.clone(), unix_s, body: body.to_string() }
}

impl WebhookMessage {
    /// What is signed, with HMAC and SHA-256.
    pub fn signed_content(&self) -> String {
        format!("{}.{}.{}", self.id, self.unix_s, self.body)
    }

    /// The headers; `mac` is the HMAC in hexadecimal, if the message is signed.
    pub fn headers(&self, mac: Option<&str>) -> Vec<(&'static str, String)> {
        let mut headers = vec![
            ("content-type", "application/json".to_owned()),
            ("webhook-id", self.id.clone()),
            ("webhook-timestamp", self.unix_s.to_string()),
        ];
        if let Some(mac) = mac.and_then(|mac| hex::decode(mac).ok()) {
            headers.push(("webhook-signature", format!("v1,{}", STANDARD.encode(mac))));
        }
        headers
    }
}

/// Whether a receiver that answers so may take the message later. It is gone for good with 410 alone, as Standard Webhooks has it; what
/// it refuses by 4xx is refused again, but for 408, 425 and 429.
pub fn is_retryable(status: u16) -> bool {
    matches!(status, 408 | 425 | 429 | 500..=599)
}

fn slack_text(data: &Value) -> String {
    let mut lines = Vec::new();
    for (key, word) in [("opened", "Unusual"), ("closed", "Over")] {
        for finding in data.get(key).and_then(Value::as_array).into_iter().flatten() {
            lines.push(format!("*{word}* {}", line(finding)));
        }
    }
    if let Some(left_out @ 1..) = data.get("left_out").and_then(Value::as_i64) {
        lines.push(format!("and {left_out} more: GET /admin/v1/anomalies has all"));
    }
    let mut text = String::new();
    for line in lines {
        if text.len() + line.len() > SLACK_TEXT_BYTES {
            text.push_str("\n…");
            break;
        }
        if !text.is_empty() {
            text.push('\n');
        }
        text.push_str(&line);
    }
    text
}

fn line(finding: &Value) -> String {
    let text = |key: &str| finding.get(key).and_then(Value::as_str).unwrap_or_default();
    let mut line = escaped(text("text"));
    line.push_str(&format!(", since {}", text("since")));
    let contributors = finding.get("contributors").and_then(Value::as_object);
    let first = |(dimension, parts): (&String, &Value)| {
        let part = parts.get(0)?;
        let share = part.get("share")?.as_f64()? * 100.0;
        Some(format!("{dimension} {} {share:.0} %", escaped(part.get("of")?.as_str()?)))
    };
    let most: Vec<_> = contributors.into_iter().flatten().filter_map(first).collect();
    if !most.is_empty() {
        line.push_str(&format!("; mostly {}", most.join(", ")));
    }
    line
}

/// Slack reads `&`, `<` and `>`: a name could mention a whole channel.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::{WebhookFormat, is_retryable, message};
    use crate::watch::WebhookNotice;

    fn notice() -> WebhookNotice {
        let finding = r#"{"text":"spike: requests of consumer <!channel> are 400, expected 40 (30 to 52)",
            "since":"2026-01-05T00:00:00Z","until":null,
            "contributors":{"model":[{"of":"gpt-4o","expected":1,"seen":9,"share":0.75}],"route":[]}}"#;
        let body = format!(r#"{{"opened":[{finding}],"closed":[],"left_out":3}}"#);
        WebhookNotice { id: "msg_1".to_owned(), webhook: "on-call".to_owned(), body }
    }

    #[test]
    fn slack_gets_a_text_in_which_no_name_is_a_command() {
        let body = message(&notice(), WebhookFormat::Slack, 1_767_571_200).body;
        let text: serde_json::Value = serde_json::from_str(&body).unwrap();
        assert_eq!(
            text["text"],
            "*Unusual* spike: requests of consumer &lt;!channel&gt; are 400, expected 40 (30 to 52), since \
             2026-01-05T00:00:00Z; mostly model gpt-4o 75 %\nand 3 more: GET /admin/v1/anomalies has all"
        );
    }

    #[test]
    fn headers_are_those_of_standard_webhooks() {
        let sent = message(&notice(), WebhookFormat::Json, 1_767_571_200);
        let event: serde_json::Value = serde_json::from_str(&sent.body).unwrap();
        assert_eq!(event["type"], "postern.anomalies");
        assert_eq!(event["timestamp"], "2026-01-05T00:00:00Z");
        assert_eq!(event["data"]["left_out"], 3);
        assert_eq!(sent.signed_content(), format!("msg_1.1767571200.{}", sent.body));
        let headers = sent.headers(Some("00ff"));
        assert!(headers.contains(&("webhook-id", "msg_1".to_owned())));
        assert!(headers.contains(&("webhook-timestamp", "1767571200".to_owned())));
        assert!(headers.contains(&("webhook-signature", "v1,AP8=".to_owned())));
        assert_eq!(sent.headers(None).len(), 3);
    }

    #[test]
    fn a_receiver_that_is_away_is_asked_again() {
        for (status, again) in [(429, true), (500, true), (503, true), (400, false), (410, false)] {
            assert_eq!(is_retryable(status), again, "{status}");
        }
    }
}
