//! Who is the caller, what may it do with a model, and by which policy? Answered as by the stages, with the same
//! crates.

mod route;
mod text;
pub mod who;

use crate::cli::Explain;
use crate::deployment::Deployment;
use crate::key;
use crate::policies;
use anyhow::{Context, Result, anyhow, bail};
use jiff::Timestamp;
use postern_authorization::{
    Action, Authorization, Context as Circumstances, Decision, Principal, Resource,
};
use postern_identity::Caller;
use postern_route::Choice;
use who::Known;

/// Prints the decision and its policies. Fails if it is a refusal.
pub fn explain(deployment: &Deployment, options: &Explain) -> Result<()> {
    let folder = &deployment.policies;
    let all = policies::all(folder)?;
    if let Some(file) = &options.text.text {
        return text::explain(file, deployment, options, &all);
    }
    if let Some(file) = &options.request.request {
        return route::explain(file, deployment, options, &all);
    }
    let authorization = policies::authorization(folder).map_err(|problems| {
        let lines: Vec<_> = problems.iter().map(ToString::to_string).collect();
        anyhow!(lines.join("\n"))
    })?;
    let actions = actions(options)?;
    let unix_s = when(options)?;
    let known = who::of(&options.who, &all, &deployment.store()?, unix_s)?;
    known.identity.calls_from(options.ip).or_else(|refused| match options.ip {
        Some(_) => Err(anyhow!("refused: {refused}")),
        None => {
            println!("note          it has ip_ranges: say --ip to have them looked at");
            Ok(())
        }
    })?;
    print(&known);
    let model = options.model.as_deref().context("no model is named; say --model")?;
    let choices = route::of_model(&all.catalogue, &known.identity.caller, model, unix_s)?;
    let circumstances = Circumstances { unix_s, ip: options.ip, ..Circumstances::default() };
    let mut allowed = false;
    for choice in choices {
        allowed |= decided(
            &authorization,
            &known.identity.caller,
            &choice,
            &actions,
            &circumstances,
            model,
        );
    }
    if allowed { Ok(()) } else { bail!("refused") }
}

fn actions(options: &Explain) -> Result<Vec<Action>> {
    let action = |word: &String| {
        Action::from_name(word).with_context(|| {
            let known: Vec<_> = Action::ALL.iter().map(|action| action.as_str()).collect();
            format!("there is no action {word:?}; there are: {}", known.join(", "))
        })
    };
    options.action.iter().map(action).collect()
}

fn when(options: &Explain) -> Result<u64> {
    let Some(text) = &options.at else { return key::now_unix_s() };
    let at: Timestamp = text
        .parse()
        .with_context(|| format!("--at is {text:?}; write a time as in 2027-01-01T09:00:00Z"))?;
    Ok(u64::try_from(at.as_second()).unwrap_or(0))
}

fn print(known: &Known) {
    let caller = &known.identity.caller;
    let or_none = |text: &Option<String>| text.clone().unwrap_or_else(|| "none".to_owned());
    println!("credential    {}", known.credential);
    println!("consumer      {}", caller.consumer);
    println!("team          {}", or_none(&caller.team));
    println!("tenant        {}", or_none(&caller.tenant));
    println!("plan          {}", or_none(&caller.plan));
    println!("roles         {}", listed(&caller.roles));
    println!("models        {}", listed(&caller.models));
    println!(
        "regions       {}",
        caller.regions.as_ref().map_or("any".to_owned(), |all| listed(all))
    );
    println!("data class    {}", caller.data_class.as_deref().unwrap_or("none"));
}

fn listed(texts: &[String]) -> String {
    if texts.is_empty() { "none".to_owned() } else { texts.join(", ") }
}

fn decided(
    authorization: &Authorization,
    caller: &Caller,
    choice: &Choice<'_>,
    actions: &[Action],
    circumstances: &Circumstances,
    asked: &str,
) -> bool {
    let provider = &choice.deployment.provider;
    let region = provider.region.as_deref().unwrap_or("not known");
    println!(
        "deployment    {}/{} (region {region})",
        provider.name, choice.deployment.upstream_model
    );
    let resource = Resource::Model {
        name: choice.model.name.clone(),
        route: (choice.model.name != asked).then(|| asked.to_owned()),
        provider: provider.name.clone(),
        region: provider.region.clone(),
    };
    let principal = principal(caller);
    let mut all = true;
    for action in actions {
        let resource = if action.is_on_model() { &resource } else { &Resource::Gateway };
        let decision = authorization.decide(&principal, *action, resource, circumstances);
        all &= decision.allowed;
        println!("  {:<12}{}", action.as_str(), verdict(authorization, &decision));
    }
    all
}

fn verdict(authorization: &Authorization, decision: &Decision) -> String {
    let word = if decision.allowed { "allowed" } else { "refused" };
    if decision.policies.is_empty() && decision.errors.is_empty() {
        return format!("{word}: no policy permits it");
    }
    let of_file = |id: &String| {
        let policy = authorization.policies().iter().find(|policy| policy.id == *id);
        policy.map_or(id.clone(), |policy| format!("{id} (authorization.cedar:{})", policy.line))
    };
    let by: Vec<_> = decision.policies.iter().map(of_file).collect();
    let errors: String = decision.errors.iter().map(|error| format!("; {error}")).collect();
    format!("{word} by {}{errors}", by.join(", "))
}

/// The caller, as Cedar knows it.
pub fn principal(caller: &Caller) -> Principal {
    Principal {
        consumer: caller.consumer.clone(),
        team: caller.team.clone(),
        tenant: caller.tenant.clone(),
        plan: caller.plan.clone(),
        roles: caller.roles.clone(),
        regions: caller.regions.clone(),
        data_class: caller.data_class.clone(),
        issuer: caller.issuer.clone(),
    }
}
