//! `/admin/v1/...`: questions of administrators, which `recorder` answers.
//!
//! Who asks is authenticated like any caller. Cedar's policies say what they may see: everything (`admin`), their own tenant
//! (`admin_tenant`) or their own team (`admin_team`). No part of the question says it.

use crate::answer::Answer;
use crate::authenticate;
use crate::authorize;
use crate::body;
use crate::endpoint::AdminRequest;
use crate::exchange::Exchange;
use crate::head::Head;
use crate::recorder;
use crate::refusal::Refusal;
use crate::stages::{Body, Stages};
use postern_fault::{Fault, Kind};
use postern_types::Caller;
use postern_types::auth::Action;
use postern_types::recorder::{
    AdminAnswer, AdminQuestion, AdminReply, AdminScope, RecorderCall, RecorderResult,
};
use serde::Deserialize;

/// The most of a question's body: it names a person.
const MAX_BODY_BYTES: u64 = 16 * 1024;

/// How often a question may lead to calls: a key is opened, something is sealed with it, and a link is signed.
const MAX_ROUNDS: usize = 4;

/// An error of the recorder, which is written in the client's dialect.
#[derive(Deserialize)]
struct Told {
    code: String,
    message: String,
}

/// Answers a question.
pub async fn answer<S: Stages>(
    head: &Head,
    asked: &AdminRequest,
    body: impl Body,
    exchange: &mut Exchange<S>,
) -> Result<Answer<S>, Refusal> {
    let caller = authenticate::caller(head, exchange).await?;
    let scope = scope(&caller, head, exchange)?;
    let question = AdminQuestion {
        method: if exchange.is_head { "GET".to_owned() } else { asked.method.clone() },
        path: asked.path.clone(),
        query: Some(query(asked, head)),
        body: read(asked, head, body, exchange).await?,
        scope,
        consumer: Some(caller.consumer),
        credential_id: Some(caller.credential_id),
        unix_ms: exchange.stages.unix_ms(),
    };
    told(replied(question, exchange).await?)
}

/// What this caller may see: the most that policy permits.
fn scope<S: Stages>(
    caller: &Caller,
    head: &Head,
    exchange: &mut Exchange<S>,
) -> Result<AdminScope, Refusal> {
    let mut scopes = vec![(Action::Admin, AdminScope::Everything)];
    if let Some(tenant) = &caller.tenant {
        scopes.push((Action::AdminTenant, AdminScope::Tenant(tenant.clone())));
    }
    if let Some(team) = &caller.team {
        scopes.push((Action::AdminTeam, AdminScope::Team((caller.tenant.clone(), team.clone()))));
    }
    let actions: Vec<Action> = scopes.iter().map(|(action, _)| *action).collect();
    let allowed = authorize::first_to_gateway(caller, &actions, head, exchange)?;
    let scope = scopes.into_iter().find(|(action, _)| *action == allowed);
    scope.map(|(_, scope)| scope).ok_or_else(|| unavailable("an action without a scope").into())
}

/// The query. A client that prefers CSV gets tables in CSV, unless the query says how.
fn query(asked: &AdminRequest, head: &Head) -> String {
    let is_table = ["usage", "costs"].contains(&asked.path.as_str());
    let says = asked.query.split('&').any(|pair| pair.starts_with("format="));
    match (is_table && head.prefers_csv && !says, asked.query.as_str()) {
        (true, "") => "format=csv".to_owned(),
        (true, query) => format!("{query}&format=csv"),
        (false, query) => query.to_owned(),
    }
}

async fn read<S: Stages>(
    asked: &AdminRequest,
    head: &Head,
    content: impl Body,
    exchange: &mut Exchange<S>,
) -> Result<String, Refusal> {
    if asked.method != "POST" {
        return Ok(String::new());
    }
    let stages = exchange.stages.clone();
    let read = body::read(&stages, content, head, MAX_BODY_BYTES);
    let (content, permit) = exchange.wait("body", read).await?;
    exchange.memory.push(permit);
    body::text(content)
}

/// The answer of `recorder`, after the calls that it needs.
pub async fn replied<S: Stages>(
    question: AdminQuestion,
    exchange: &mut Exchange<S>,
) -> Result<AdminAnswer, Refusal> {
    let stages = exchange.stages.clone();
    let mut results = Vec::new();
    for _ in 0..=MAX_ROUNDS {
        let asked = stages.ask(question.clone(), results);
        match exchange.wait("recorder", asked).await? {
            AdminReply::Answer(answer) => return Ok(answer),
            AdminReply::Calls(calls) => results = made(calls, exchange).await,
        }
    }
    Err(unavailable("recorder delegated one call after another").into())
}

async fn made<S: Stages>(
    calls: Vec<RecorderCall>,
    exchange: &mut Exchange<S>,
) -> Vec<RecorderResult> {
    let stages = exchange.stages.clone();
    let mut results = Vec::with_capacity(calls.len());
    for RecorderCall { id, call } in calls {
        let outcome = exchange.wait("delegated", recorder::delegated(&stages, call)).await;
        results.push(RecorderResult { id, outcome });
    }
    results
}

pub fn told<S: Stages>(answer: AdminAnswer) -> Result<Answer<S>, Refusal> {
    let AdminAnswer { status, content_type, headers, body } = answer;
    if status < 400 {
        let json = Answer::json(body);
        return Ok(Answer { status, content_type, fields: headers, ..json });
    }
    let Ok(Told { code, message }) = serde_json::from_str(&body) else {
        return Err(unavailable("recorder told of an error in another form").into());
    };
    Err(Refusal { fields: headers, ..Refusal::http(status, &code, message) })
}

fn unavailable(private: &str) -> Fault {
    Fault::new(Kind::Unavailable, "the gateway cannot answer questions at the moment")
        .with_code("recorder_unavailable")
        .with_private(private)
}
