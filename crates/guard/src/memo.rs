//! What an answer must know of its request. It travels through the gateway and is kept nowhere.

use crate::vault::Entry;
use postern_types::Caller;
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize)]
pub struct Memo {
    /// As it was asked for: rules are about aliases.
    pub model: String,
    pub entries: Vec<Entry>,
    pub caller: OfCaller,
    /// The answer's text is to be JSON.
    pub is_json: bool,
}

/// What rules ask of a caller.
#[derive(Serialize, Deserialize)]
pub struct OfCaller {
    consumer: String,
    team: Option<String>,
    tenant: Option<String>,
    roles: Vec<String>,
    data_class: Option<String>,
}

impl OfCaller {
    pub fn new(caller: &Caller) -> Self {
        OfCaller {
            consumer: caller.consumer.clone(),
            team: caller.team.clone(),
            tenant: caller.tenant.clone(),
            roles: caller.roles.clone(),
            data_class: caller.data_class.clone(),
        }
    }

    /// Somebody of whom nothing else is known.
    #[cfg(test)]
    pub fn of(consumer: &str) -> Self {
        OfCaller {
            consumer: consumer.to_owned(),
            team: None,
            tenant: None,
            roles: Vec::new(),
            data_class: None,
        }
    }

    pub fn into_caller(self) -> Caller {
        Caller {
            consumer: self.consumer,
            team: self.team,
            tenant: self.tenant,
            plan: None,
            roles: self.roles,
            models: Vec::new(),
            regions: None,
            data_class: self.data_class,
            issuer: None,
            claims: Vec::new(),
            credential_id: String::new(),
            token_owner: None,
        }
    }
}

impl Memo {
    pub fn write(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    /// None: it is not a memo.
    pub fn read(memo: &str) -> Option<Memo> {
        serde_json::from_str(memo).ok()
    }
}
