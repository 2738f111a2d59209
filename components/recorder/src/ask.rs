//! Questions of administrators.

use crate::connection;
use crate::kept::unavailable;
use crate::policy;
use crate::watch;
use postern_contract::types::delegation::{DelegatedCall, DelegatedResult, Signing as Wanted};
use postern_contract::types::recorder::{
    AdminAnswer, AdminQuestion, AdminReply, AdminScope, RecorderCall, RecorderResult,
};
use postern_fault::Fault;
use postern_policy::LedgerStore;
use postern_trail::Name;
use postern_trail::admin::{self, Question, Signing};
use postern_trail::questions::Scope;
use spin_sdk::wasip3::random::random::get_random_u64;

/// Answers a question. A call for a signature has the number of the link that it signs, so that its result says it.
///
/// # Errors
///
/// There is no ledger, or it cannot be read.
pub async fn answer(
    question: AdminQuestion,
    results: Vec<RecorderResult>,
) -> Result<AdminReply, Fault> {
    let policy = policy::recorder()?;
    if policy.ledger.store == LedgerStore::None {
        return Err(unavailable("recorder.toml keeps no ledger: store = \"none\""));
    }
    let key = policy.audit.key_variable.as_ref();
    let signing = match (key, results.first()) {
        (None, _) => Signing::Off,
        (Some(_), None) => Signing::Wanted,
        (Some(_), Some(result)) => made(result)?,
    };
    let watched = watch::plan(policy);
    let asked = Question {
        method: &question.method,
        path: &question.path,
        query: question.query.as_deref().unwrap_or_default(),
        body: &question.body,
        actor: question.consumer.as_deref().unwrap_or_default(),
        scope: &scope(question.scope),
        unix_ms: i64::try_from(question.unix_ms).unwrap_or(i64::MAX),
        random: get_random_u64(),
        watch: watched.as_ref(),
        signing,
    };
    let failed = |error: postern_trail::ledger::LedgerError| unavailable(&error.to_string());
    let mut store = connection::take().await.map_err(failed)?;
    let reply = admin::answer(&mut store, &asked).await.map_err(failed)?;
    connection::put(store);
    Ok(match (reply, key) {
        (admin::AdminReply::Answer(answer), _) => AdminReply::Answer(told(answer)),
        (admin::AdminReply::Sign(unsigned), Some(variable)) => {
            let (variable, message) = (variable.clone(), unsigned.message());
            let call = DelegatedCall::Sign(Wanted { variable, message });
            AdminReply::Calls(vec![RecorderCall { id: unsigned.through, call }])
        }
        (admin::AdminReply::Sign(_), None) => {
            return Err(unavailable("a signature was asked for without a key"));
        }
    })
}

fn made(result: &RecorderResult) -> Result<Signing<'_>, Fault> {
    match &result.outcome {
        DelegatedResult::Signed(signed) => Ok(Signing::Made {
            through: result.id,
            public_key: &signed.public_key,
            signature: &signed.signature,
        }),
        DelegatedResult::Failed(fault) => {
            Err(unavailable(fault.private.as_deref().unwrap_or("the export cannot be signed")))
        }
        _ => Err(unavailable("upstream did not sign what it was given")),
    }
}

fn scope(scope: AdminScope) -> Scope {
    let name = |text: String| Name::of_identity(&text);
    match scope {
        AdminScope::Everything => Scope::All,
        AdminScope::Tenant(tenant) => Scope::Tenant(name(tenant)),
        AdminScope::Team((tenant, team)) => {
            Scope::Team { tenant: tenant.map(name), team: name(team) }
        }
    }
}

fn told(answer: admin::AdminAnswer) -> AdminAnswer {
    let headers = answer.headers.into_iter().map(|(name, value)| (name.to_owned(), value));
    AdminAnswer {
        status: answer.status,
        content_type: answer.content_type.to_owned(),
        headers: headers.collect(),
        body: answer.body,
    }
}
