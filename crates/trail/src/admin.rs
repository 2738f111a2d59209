//! Questions of administrators, as they arrive over HTTP, and their answers.
//!
//! Who asks was authenticated and authorized before; what they may see is a [`Scope`], which no parameter widens. An answer
//! with an error has a code and a message, which the gateway writes as it writes all of its errors.

mod answer;
mod endpoint;
mod form;

pub use answer::{AdminAnswer, AdminError};
pub use endpoint::{AdminEndpoint, ENDPOINTS};

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
    /// What the one who asks may see.
    pub scope: &'q Scope,
    /// Now.
    pub unix_ms: i64,
    /// What is watched for the unusual; none: nothing.
    pub watch: Option<&'q WatchPlan>,
}

/// Answers a question.
///
/// # Errors
///
/// The ledger cannot be read. What is wrong with the question is an answer.
pub async fn answer(
    store: &mut impl Store,
    question: &Question<'_>,
) -> Result<AdminAnswer, LedgerError> {
    match answered(store, question).await {
        Ok(answer) => Ok(answer),
        Err(AdminError::Question(QuestionError::Ledger(error))) => Err(error),
        Err(error) => Ok(error.into_answer()),
    }
}

async fn answered(
    store: &mut impl Store,
    question: &Question<'_>,
) -> Result<AdminAnswer, AdminError> {
    let endpoint = AdminEndpoint::of(question.method, question.path)?;
    let pairs = form::pairs(question.query);
    let parameters = Parameters(&pairs);
    let scope = question.scope;
    let now_s = question.unix_ms.div_euclid(1_000);
    match endpoint {
        AdminEndpoint::Anomalies => {
            everything(scope)?;
            Ok(AdminAnswer::json(watch::anomalies(store, parameters).await?))
        }
        AdminEndpoint::EvaluateAnomalies => {
            everything(scope)?;
            parameters.only(&[])?;
            let plan = question.watch.ok_or(AdminError::NotWatched)?;
            let done = watch::evaluate(store, plan, now_s, MOST_STEPS).await;
            let done = done.map_err(QuestionError::from)?;
            Ok(AdminAnswer::json(serde_json::to_string(&done).unwrap_or_default()))
        }
        AdminEndpoint::Usage => {
            let format = Format::of(parameters)?;
            let table = questions::usage(store, parameters, scope, now_s).await?;
            Ok(AdminAnswer::table("usage", &table, format))
        }
        AdminEndpoint::Costs => {
            let format = Format::of(parameters)?;
            let table = questions::costs(store, parameters, scope, now_s).await?;
            Ok(AdminAnswer::table("costs", &table, format))
        }
        AdminEndpoint::Requests => {
            let page = questions::requests(store, parameters, scope).await?;
            Ok(AdminAnswer::json(page.to_json()))
        }
        AdminEndpoint::Request(id) => {
            parameters.only(&[])?;
            let record = questions::request(store, id, scope).await?;
            record.map(AdminAnswer::json).ok_or_else(|| AdminError::no_request(id))
        }
    }
}

/// The most steps of an evaluation that is asked for: the caller asks again until it is up to date.
const MOST_STEPS: usize = 96;

/// Findings are of models, providers and routes as well, which no tenant has to itself.
fn everything(scope: &Scope) -> Result<(), AdminError> {
    if *scope == Scope::All { Ok(()) } else { Err(AdminError::NotYours) }
}
