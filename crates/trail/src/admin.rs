//! Questions of administrators, as they arrive over HTTP, and their answers.
//!
//! Who asks was authenticated and authorized before; what they may see is a [`Scope`], which no parameter widens. An answer
//! with an error has a code and a message, which the gateway writes as it writes all of its errors.

mod answer;
mod audit;
mod endpoint;
mod erasure;
mod form;
mod paths;

pub use answer::{AdminAnswer, AdminError};
pub use audit::Signing;
pub use endpoint::AdminEndpoint;
pub use paths::ENDPOINTS;

use crate::audit::Unsigned;
use crate::ledger::{LedgerError, Store};
use crate::questions::{self, Parameters, QuestionError, Scope};
use crate::watch::{self, WatchPlan};
use form::Format;

/// A question of an administrator.
#[derive(Debug, Clone, Copy)]
pub struct Question<'q> {
    /// In upper case; `HEAD` is asked as `GET`.
    pub method: &'q str,
    /// Below `/admin/v1/`.
    pub path: &'q str,
    /// Without the question mark.
    pub query: &'q str,
    /// Of a `POST`.
    pub body: &'q str,
    /// Who asks, by the name of policy.
    pub actor: &'q str,
    /// What the one who asks may see.
    pub scope: &'q Scope,
    /// Now.
    pub unix_ms: i64,
    /// What is watched for the unusual; none: nothing.
    pub watch: Option<&'q WatchPlan>,
    /// Random bits, for a pseudonym.
    pub random: u64,
    /// Whether exports of audit streams are signed.
    pub signing: Signing<'q>,
}

/// What follows a question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AdminReply {
    /// Its answer.
    Answer(AdminAnswer),
    /// Sign this, and ask again with the signature.
    Sign(Unsigned),
}

/// Answers a question.
///
/// # Errors
///
/// The ledger cannot be read. What is wrong with the question is an answer.
pub async fn answer(
    store: &mut impl Store,
    question: &Question<'_>,
) -> Result<AdminReply, LedgerError> {
    match answered(store, question).await {
        Ok(reply) => Ok(reply),
        Err(AdminError::Question(QuestionError::Ledger(error))) => Err(error),
        Err(error) => Ok(AdminReply::Answer(error.into_answer())),
    }
}

async fn answered(
    store: &mut impl Store,
    question: &Question<'_>,
) -> Result<AdminReply, AdminError> {
    let endpoint = AdminEndpoint::of(question.method, question.path)?;
    let pairs = form::pairs(question.query);
    let parameters = Parameters(&pairs);
    let scope = question.scope;
    let now_s = question.unix_ms.div_euclid(1_000);
    let answer = match endpoint {
        AdminEndpoint::Anomalies => {
            everything(scope)?;
            AdminAnswer::json(watch::anomalies(store, parameters).await?)
        }
        AdminEndpoint::EvaluateAnomalies => {
            everything(scope)?;
            parameters.only(&[])?;
            let plan = question.watch.ok_or(AdminError::NotWatched)?;
            let done = watch::evaluate(store, plan, now_s, MOST_STEPS).await;
            let done = done.map_err(QuestionError::from)?;
            AdminAnswer::json(serde_json::to_string(&done).unwrap_or_default())
        }
        AdminEndpoint::Usage => {
            let format = Format::of(parameters)?;
            let table = questions::usage(store, parameters, scope, now_s).await?;
            AdminAnswer::table("usage", &table, format)
        }
        AdminEndpoint::Costs => {
            let format = Format::of(parameters)?;
            let table = questions::costs(store, parameters, scope, now_s).await?;
            AdminAnswer::table("costs", &table, format)
        }
        AdminEndpoint::Requests => {
            AdminAnswer::json(questions::requests(store, parameters, scope).await?.to_json())
        }
        AdminEndpoint::Request(id) => {
            parameters.only(&[])?;
            let record = questions::request(store, &id, scope).await?;
            record.map(AdminAnswer::json).ok_or_else(|| AdminError::no_request(&id))?
        }
        AdminEndpoint::Audit => return audit::export(store, parameters, question).await,
        AdminEndpoint::Erasures => {
            parameters.only(&[])?;
            erasure::erase(store, question).await?
        }
    };
    Ok(AdminReply::Answer(answer))
}

/// The most steps of an evaluation that is asked for: the caller asks again until it is up to date.
const MOST_STEPS: usize = 96;

/// Findings are of models, providers and routes as well, which no tenant has to itself.
fn everything(scope: &Scope) -> Result<(), AdminError> {
    if *scope == Scope::All { Ok(()) } else { Err(AdminError::NotForScope) }
}
