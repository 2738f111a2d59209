//! The conversation being written, and what is known of it so far.

use super::body::{Block, Message};
use crate::Memo;
use crate::bedrock::family::Family;
use crate::chat::Losses;
use std::collections::BTreeSet;

/// The conversation so far.
pub(super) struct Conversation<'a> {
    pub family: Family,
    pub losses: &'a mut Losses,
    pub memo: &'a mut Memo,
    pub system: Vec<Block>,
    pub messages: Vec<Message>,
    documents: BTreeSet<String>,
    /// The tools that are called in it, by the names that are sent.
    pub called: BTreeSet<String>,
    /// Whether it has results of tools.
    pub has_results: bool,
}

impl<'a> Conversation<'a> {
    pub fn new(family: Family, losses: &'a mut Losses, memo: &'a mut Memo) -> Self {
        Conversation {
            family,
            losses,
            memo,
            system: Vec::new(),
            messages: Vec::new(),
            documents: BTreeSet::new(),
            called: BTreeSet::new(),
            has_results: false,
        }
    }

    /// A document name that is unique within the request.
    pub fn document_name(&mut self, name: String) -> String {
        let name = if name.is_empty() { "document".to_owned() } else { name };
        let unique = match self.documents.contains(&name) {
            true => format!("{name} ({})", self.documents.len() + 1),
            false => name,
        };
        self.documents.insert(unique.clone());
        unique
    }
}
