//! Rerank: the documents of the request that an answer repeats (<https://docs.cohere.com/v1/reference/rerank>,
//! `return_documents`).

use super::beside::beside;
use super::close::raw::Raw;
use super::close::{Cut, Ending, guardrail};
use super::find::FindTexts;
use super::found::Found;
use crate::json::Node;
use postern_types::provider::{Place, TextKind};

pub(super) struct Documents;

impl FindTexts for Documents {
    fn event(&mut self, _: Option<&Node<'_>>, _: &mut Found<'_>) {}

    fn whole(&mut self, answer: &Node<'_>, found: &mut Found<'_>) {
        for (number, result) in answer.list("results") {
            let at = Place::new(TextKind::Citation, 0).in_content(number);
            if let Some(document) = result.get("document") {
                beside(at, document, found);
            }
        }
    }

    fn delta(&self, _: Place, _: &str, _: u64) -> Option<String> {
        None
    }

    fn left(&mut self, _: &Node<'_>, _: &str) {}

    fn close(&mut self, _: &mut Ending<'_>) {}

    fn cut(&self, answer: Raw<'_>, cut: &Cut<'_>) -> String {
        let nothing = Some("[]".to_owned());
        answer.with([("results", nothing), ("guardrail", Some(guardrail(cut.notice)))])
    }
}
