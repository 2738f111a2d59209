//! The conversation: `system`, and turns of user and assistant.

use super::content::{self, Speaker};
use crate::anthropic::block::Block;
use crate::chat::{Losses, Message, Role};
use postern_fault::Fault;
use serde::Serialize;

/// The conversation in Anthropic's order.
#[derive(Debug, Default)]
pub(super) struct Conversation {
    pub system: Vec<Block>,
    pub turns: Vec<Turn>,
}

/// One turn.
#[derive(Debug, Serialize)]
pub(super) struct Turn {
    pub role: &'static str,
    pub content: Vec<Block>,
}

const USER: &str = "user";
pub(super) const ASSISTANT: &str = "assistant";

impl Conversation {
    /// Instructions are moved to `system`, wherever they stand: only the latest models accept them within the conversation, and
    /// in a user's message they would lose their authority. Adjacent messages of one side are one turn.
    pub fn from_messages(messages: Vec<Message>, losses: &mut Losses) -> Result<Self, Fault> {
        let mut conversation = Conversation::default();
        for message in messages {
            conversation.push(message, losses)?;
        }
        conversation.turns.iter_mut().for_each(order_results);
        if conversation.turns.is_empty() {
            conversation.ask_with_instructions(losses);
        }
        Ok(conversation)
    }

    /// Adds an instruction after the client's own.
    pub fn instruct(&mut self, instruction: Option<String>) {
        self.system.extend(instruction.map(Block::text));
    }

    fn push(&mut self, message: Message, losses: &mut Losses) -> Result<(), Fault> {
        let Message { path, role, parts, name } = message;
        if name.is_some() {
            losses.add(format!("{path}.name"), "Anthropic has no names of participants");
        }
        let (speaker, role) = match role {
            Role::System | Role::Developer => {
                if !self.turns.is_empty() {
                    let reason = "instructions within the conversation are moved to its start";
                    losses.add(path, reason);
                }
                self.system.extend(content::blocks(parts, Speaker::System, losses)?);
                return Ok(());
            }
            Role::Assistant => (Speaker::Assistant, ASSISTANT),
            Role::User | Role::Tool => (Speaker::User, USER),
        };
        let content = content::blocks(parts, speaker, losses)?;
        match self.turns.last_mut() {
            // Anthropic refuses empty blocks, and turns without blocks.
            _ if content.is_empty() => {}
            Some(turn) if turn.role == role => turn.content.extend(content),
            _ => self.turns.push(Turn { role, content }),
        }
        Ok(())
    }

    /// Without a user message the instructions become a user turn, which Anthropic requires.
    fn ask_with_instructions(&mut self, losses: &mut Losses) {
        let content = std::mem::take(&mut self.system);
        if !content.is_empty() {
            losses.add("messages", "instructions alone are sent as the user's");
            self.turns.push(Turn { role: USER, content });
        }
    }
}

/// Results of tools must come first in their turn.
fn order_results(turn: &mut Turn) {
    let is_result = |block: &Block| matches!(block, Block::ToolResult { .. });
    let late = turn.content.iter().skip_while(|block| is_result(block)).any(is_result);
    if turn.role == USER && late {
        turn.content.sort_by_key(|block| !is_result(block));
    }
}
