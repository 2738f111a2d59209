//! What guarding an answer needs from its request. The memo passes through the gateway and is stored nowhere.

use crate::leak::Fingerprint;
use crate::validate::Form;
use crate::vault::Entry;
use postern_types::Caller;
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize)]
pub struct Memo {
    /// The model or alias as requested: rules name aliases.
    pub model: String,
    pub entries: Vec<Entry>,
    pub caller: OfCaller,
    /// The answer's text is to be JSON.
    pub is_json: bool,
    /// What the answer has to look like, if rules check it.
    pub form: Option<Form>,
    /// What the answer may not repeat, if a rule asks for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hidden: Option<Fingerprint>,
}

/// The attributes of a caller that rules use.
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

    /// A caller without any other attributes.
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

    /// Reads a memo; `None` if the text is not one.
    pub fn read(memo: &str) -> Option<Memo> {
        serde_json::from_str(memo).ok()
    }
}
