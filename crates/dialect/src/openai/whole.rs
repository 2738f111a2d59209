//! A buffered answer: held until its end, then passed unchanged. The caller bounds its length.

use super::answer::{Answer, Choice};
use super::explain;
use crate::counted::Counted;
use crate::vendor_fault::{invalid, malformed};
use crate::{Decoded, Operation};
use postern_fault::Fault;
use std::mem;

#[derive(Debug)]
pub(super) struct Whole {
    operation: Operation,
    text: String,
    done: bool,
    generated: Counted,
}

impl Whole {
    pub fn new(operation: Operation) -> Self {
        Whole { operation, text: String::new(), done: false, generated: Counted::default() }
    }

    pub fn generated(&self) -> Counted {
        self.generated
    }

    pub fn push(&mut self, chunk: &str) -> Decoded {
        self.text.push_str(chunk);
        Decoded::default()
    }

    pub fn finish(&mut self) -> Result<Decoded, Fault> {
        if mem::replace(&mut self.done, true) {
            return Ok(Decoded { done: true, ..Decoded::default() });
        }
        let output = mem::take(&mut self.text);
        let (what, list) = match self.operation {
            Operation::Embeddings => ("embeddings", "data"),
            Operation::Completions => ("a completion", "choices"),
            _ => ("a chat completion", "choices"),
        };
        let generated = &mut self.generated;
        let see = |choice: Choice| generated.add_counted(choice.generated);
        let answer = Answer::read(self.operation, &output, see)
            .map_err(|error| malformed(what, &output, error))?;
        if let Some(error) = answer.error {
            return Err(explain::reported(&error));
        }
        if answer.items.is_none() {
            return Err(invalid(format!("the provider sent {what} without `{list}`")));
        }
        Ok(Decoded { output, usage: answer.usage, done: true, ..Decoded::default() })
    }
}
