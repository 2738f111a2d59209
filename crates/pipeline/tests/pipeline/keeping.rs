//! The originals of conversations in memory: what is kept survives a request, and every step can fail.

use postern_fault::Kind;
use postern_types::Fault;
use postern_types::delegation::{DelegatedCall, DelegatedResult, Sealing, Unsealing};
use postern_types::guardrail::OriginalsPolicy;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

/// The step that fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fails {
    Policy,
    Recall,
    Key,
    Keep,
}

/// What the stages do about originals.
#[derive(Debug, Clone, Default)]
pub struct Keeps {
    /// Policy keeps them.
    pub on: bool,
    /// What this turn adds to them.
    pub adds: String,
    pub fails: Option<Fails>,
    /// The key's number: what another has sealed does not open.
    pub key: u32,
    /// The id that the answer hands out.
    pub answer_id: Option<&'static str>,
    /// By the names of conversations.
    pub store: Rc<RefCell<BTreeMap<String, String>>>,
    /// What each scan has known.
    pub known: Rc<RefCell<Vec<Option<String>>>>,
}

fn fault(kind: Kind) -> Fault {
    postern_fault::Fault::new(kind, "as the script says").into()
}

impl Keeps {
    fn unless(&self, fails: Fails) -> Result<(), Fault> {
        if self.fails == Some(fails) { Err(fault(Kind::Unavailable)) } else { Ok(()) }
    }

    pub fn policy(&self) -> Result<Option<OriginalsPolicy>, Fault> {
        self.unless(Fails::Policy)?;
        let policy = OriginalsPolicy { key_variable: "key".to_owned(), ttl_s: 60 };
        Ok(self.on.then_some(policy))
    }

    /// The originals after this turn.
    pub fn scan(&self, known: Option<&str>) -> Option<String> {
        self.known.borrow_mut().push(known.map(str::to_owned));
        let all = format!("{}{}", known.unwrap_or_default(), self.adds);
        (self.on && !all.is_empty()).then_some(all)
    }

    pub fn keep(&self, name: &str, sealed: &str) -> Result<(), Fault> {
        self.unless(Fails::Keep)?;
        self.store.borrow_mut().insert(name.to_owned(), sealed.to_owned());
        Ok(())
    }

    pub fn recall(&self, name: &str) -> Result<Option<String>, Fault> {
        self.unless(Fails::Recall)?;
        Ok(self.store.borrow().get(name).cloned())
    }

    /// Seals by writing the key and the context in front.
    pub fn delegate(&self, call: DelegatedCall) -> DelegatedResult {
        if let Err(fault) = self.unless(Fails::Key) {
            return DelegatedResult::Failed(fault);
        }
        match call {
            DelegatedCall::Seal(Sealing { text, context, .. }) => {
                DelegatedResult::Sealed(format!("{}|{context}|{text}", self.key))
            }
            DelegatedCall::Unseal(Unsealing { sealed, context, .. }) => {
                let front = format!("{}|{context}|", self.key);
                DelegatedResult::Unsealed(sealed.strip_prefix(&front).map(str::to_owned))
            }
            _ => DelegatedResult::Mac(String::new()),
        }
    }
}
