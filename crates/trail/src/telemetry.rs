//! What leaves the recorder: batches for a collector and messages for webhooks, as calls that `upstream` makes.
//!
//! Signing comes first: a message of a webhook with a key is a call for its MAC, and then a post.

use crate::export::{Due, ExportPlan, Exporter, PostOutcome, Service, Signal};
use crate::record::Record;
use crate::watch::WebhookNotice;
use crate::webhook::{WebhookFormat, WebhookMessage, is_retryable, message};
use postern_types::HeaderCredential;
use postern_types::delegation::{DelegatedCall, DelegatedResult, HashFunction, Mac, Post};
use postern_types::recorder::{RecorderCall, RecorderResult};
use std::collections::BTreeMap;

/// Ids of these calls begin here: those below are others'.
pub const FIRST_CALL: u64 = 1 << 32;

/// Until the complete answer of a webhook: Standard Webhooks recommends 15 to 30 seconds.
const WEBHOOK_TIMEOUT_MS: u32 = 15_000;

/// The most calls whose end is awaited; what is over it was lost with its task.
const MAX_CALLS: usize = 256;

/// Where batches go, and with which headers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CollectorTarget {
    /// The paths of the signals come behind it; may begin with a variable.
    pub url: String,
    /// Of every post.
    pub headers: Vec<(String, String)>,
    /// Header, what is before the secret, and the variable that holds it.
    pub credentials: Vec<(String, String, String)>,
}

/// A receiver of messages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WebhookTarget {
    /// Its name in policy.
    pub name: String,
    /// May begin with a variable.
    pub url: String,
    /// What it gets.
    pub format: WebhookFormat,
    /// The variable that holds the key of its signatures.
    pub signing_key: Option<String>,
}

/// What became of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Delivery {
    /// It has arrived.
    Arrived(WebhookNotice),
    /// It may arrive later.
    Failed(WebhookNotice),
    /// Its receiver refuses it, or there is none any more.
    Refused(WebhookNotice),
}

#[derive(Debug)]
enum Pending {
    Batch(u64),
    Signature(WebhookNotice, WebhookMessage),
    Message(WebhookNotice),
}

/// What waits to leave, in one instance.
#[derive(Debug)]
pub struct Telemetry {
    collector: Option<(CollectorTarget, Exporter, u32)>,
    webhooks: Vec<WebhookTarget>,
    pending: BTreeMap<u64, Pending>,
    next_id: u64,
}

impl Telemetry {
    /// Nothing waits yet.
    pub fn new(
        collector: Option<(CollectorTarget, ExportPlan)>,
        webhooks: Vec<WebhookTarget>,
        service: Service,
        now_ms: u64,
    ) -> Self {
        let collector = collector.map(|(target, plan)| {
            let timeout_ms = u32::try_from(plan.timeout_ms).unwrap_or(u32::MAX);
            (target, Exporter::new(plan, service, now_ms), timeout_ms)
        });
        Telemetry { collector, webhooks, pending: BTreeMap::new(), next_id: FIRST_CALL }
    }

    /// Takes in records for the collector.
    pub fn add(&mut self, records: &[Record], now_ms: u64) {
        if let Some((_, exporter, _)) = &mut self.collector {
            exporter.add(records, now_ms);
        }
    }

    /// Whether messages can be sent at all.
    pub fn has_webhooks(&self) -> bool {
        !self.webhooks.is_empty()
    }

    /// The records that the collector did not take, of all signals.
    pub fn dropped(&self) -> u64 {
        let of = |exporter: &Exporter| {
            Signal::ALL.iter().map(|signal| exporter.dropped(*signal).all()).sum()
        };
        self.collector.as_ref().map_or(0, |(_, exporter, _)| of(exporter))
    }

    /// When something is to be sent, if nothing else happens before.
    pub fn next_due_ms(&self) -> Option<u64> {
        self.collector.as_ref().and_then(|(_, exporter, _)| exporter.next_due_ms())
    }

    /// The batches that are due now.
    pub fn batches(&mut self, now_ms: u64) -> Vec<RecorderCall> {
        let Some((target, exporter, timeout_ms)) = &mut self.collector else { return Vec::new() };
        let (target, timeout_ms) = (target.clone(), *timeout_ms);
        let due = exporter.due(now_ms);
        due.into_iter()
            .map(|batch| {
                let pending = Pending::Batch(batch.id);
                self.call(pending, DelegatedCall::Post(post_of(batch, &target, timeout_ms)))
            })
            .collect()
    }

    /// The first call of each message. One whose webhook policy does not name any more is refused.
    pub fn messages(
        &mut self,
        notices: Vec<WebhookNotice>,
        now_ms: u64,
    ) -> (Vec<RecorderCall>, Vec<Delivery>) {
        let (mut calls, mut refused) = (Vec::new(), Vec::new());
        for notice in notices {
            let Some(webhook) = self.webhook(&notice) else {
                refused.push(Delivery::Refused(notice));
                continue;
            };
            let unix_s = i64::try_from(now_ms / 1_000).unwrap_or(i64::MAX);
            let message = message(&notice, webhook.format, unix_s);
            calls.push(match &webhook.signing_key {
                Some(variable) => {
                    let mac = Mac {
                        variable: variable.clone(),
                        hash: HashFunction::Sha256,
                        message: message.signed_content(),
                    };
                    self.call(Pending::Signature(notice, message), DelegatedCall::Mac(mac))
                }
                None => self.send(notice, &webhook, &message, None),
            });
        }
        (calls, refused)
    }

    /// Whether a call is one of these.
    pub fn has(&self, id: u64) -> bool {
        self.pending.contains_key(&id)
    }

    /// What became of calls: further ones, and what became of messages. Results of other calls say nothing.
    pub fn done(
        &mut self,
        results: Vec<RecorderResult>,
        now_ms: u64,
    ) -> (Vec<RecorderCall>, Vec<Delivery>) {
        let (mut calls, mut deliveries) = (Vec::new(), Vec::new());
        for RecorderResult { id, outcome } in results {
            match (self.pending.remove(&id), outcome) {
                (Some(Pending::Batch(batch)), outcome) => {
                    if let Some((_, exporter, _)) = &mut self.collector {
                        exporter.done(batch, outcome_of(&outcome), now_ms);
                    }
                }
                (Some(Pending::Signature(notice, message)), DelegatedResult::Mac(mac)) => {
                    match self.webhook(&notice) {
                        Some(webhook) => {
                            calls.push(self.send(notice, &webhook, &message, Some(&mac)));
                        }
                        None => deliveries.push(Delivery::Refused(notice)),
                    }
                }
                (Some(Pending::Signature(notice, _)), _) => {
                    deliveries.push(Delivery::Failed(notice))
                }
                (Some(Pending::Message(notice)), outcome) => {
                    deliveries.push(delivery(notice, outcome_of(&outcome)));
                }
                (None, _) => {}
            }
        }
        calls.extend(self.batches(now_ms));
        (calls, deliveries)
    }

    fn webhook(&self, notice: &WebhookNotice) -> Option<WebhookTarget> {
        self.webhooks.iter().find(|webhook| webhook.name == notice.webhook).cloned()
    }

    fn send(
        &mut self,
        notice: WebhookNotice,
        webhook: &WebhookTarget,
        message: &WebhookMessage,
        mac: Option<&str>,
    ) -> RecorderCall {
        let headers = message.headers(mac).into_iter();
        let post = Post {
            url: webhook.url.clone(),
            headers: headers.map(|(name, value)| (name.to_owned(), value)).collect(),
            credentials: Vec::new(),
            body: message.body.clone().into_bytes(),
            deadline_ms: WEBHOOK_TIMEOUT_MS,
        };
        self.call(Pending::Message(notice), DelegatedCall::Post(post))
    }

    fn call(&mut self, pending: Pending, call: DelegatedCall) -> RecorderCall {
        let id = self.next_id;
        self.next_id = self.next_id.saturating_add(1);
        self.pending.insert(id, pending);
        while self.pending.len() > MAX_CALLS {
            // Its task has gone: the exporter takes it for failed, and a message is claimed anew.
            self.pending.pop_first();
        }
        RecorderCall { id, call }
    }
}

fn post_of(batch: Due, target: &CollectorTarget, deadline_ms: u32) -> Post {
    let mut headers = vec![
        ("content-type".to_owned(), "application/x-protobuf".to_owned()),
        ("user-agent".to_owned(), "postern-otlp-exporter".to_owned()),
    ];
    headers.extend(target.headers.iter().cloned());
    let credential = |(header, prefix, variable): (String, String, String)| HeaderCredential {
        header,
        prefix,
        variable,
    };
    Post {
        url: format!("{}{}", target.url.trim_end_matches('/'), batch.signal.path()),
        headers,
        credentials: target.credentials.iter().cloned().map(credential).collect(),
        body: batch.body,
        deadline_ms,
    }
}

fn outcome_of(result: &DelegatedResult) -> PostOutcome {
    match result {
        DelegatedResult::Posted(answer) => {
            PostOutcome::Answered { status: answer.status, retry_after_s: answer.retry_after_s }
        }
        _ => PostOutcome::Unreachable,
    }
}

fn delivery(notice: WebhookNotice, outcome: PostOutcome) -> Delivery {
    match outcome {
        PostOutcome::Answered { status: 200..=299, .. } => Delivery::Arrived(notice),
        PostOutcome::Answered { status, .. } if !is_retryable(status) => Delivery::Refused(notice),
        _ => Delivery::Failed(notice),
    }
}

#[cfg(test)]
#[path = "telemetry_tests.rs"]
mod tests;
