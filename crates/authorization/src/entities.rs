//! The inputs of a decision as Cedar's entities: only what this decision can depend on, made for it and dropped after
//! it.

use std::collections::{HashMap, HashSet};

use cedar_policy::{
    Context as CedarContext, Entities, Entity, EntityUid, Request, RestrictedExpression,
};
use chrono::{DateTime, SecondsFormat};

use crate::context_attributes::ContextAttributes;
use crate::facts::{Action, Context, Principal, Resource};
use crate::schema::{Names, uid};

/// 9999-12-31T23:59:59Z: Cedar's `datetime` has four digits of year.
const LAST_SECOND: u64 = 253_402_300_799;

type Attributes = HashMap<String, RestrictedExpression>;

/// The principal, action and resource, and their attributes.
pub(crate) struct Question {
    pub(crate) request: Request,
    pub(crate) entities: Entities,
}

impl Question {
    /// The context has the attributes that the policies read, and no others.
    ///
    /// # Errors
    ///
    /// Cedar's message, should it find a value invalid; no such value is known.
    pub(crate) fn new(
        principal: &Principal,
        action: Action,
        resource: &Resource,
        context: &Context,
        attributes: ContextAttributes,
    ) -> Result<Self, String> {
        let names = Names::get()?;
        let who = uid(&names.consumer, &principal.consumer);
        let what = match resource {
            Resource::Gateway => names.gateway.clone(),
            Resource::Model { name, .. } => uid(&names.model, name),
        };
        let consumer = caller(names, who.clone(), principal)?;
        let called = called(names, what.clone(), resource)?;
        let all = [consumer, called, done(names, action)].into_iter();
        let all = all.chain(team(names, principal));
        let pairs = pairs(context, action, attributes);
        let context = CedarContext::from_pairs(pairs).map_err(|error| error.to_string())?;
        let request = Request::new(who, names.action(action), what, context, None)
            .map_err(|error| error.to_string())?;
        let entities = Entities::from_entities(all, None).map_err(|error| error.to_string())?;
        Ok(Self { request, entities })
    }
}

fn text(text: &str) -> RestrictedExpression {
    RestrictedExpression::new_string(text.to_owned())
}

fn long(number: u64) -> RestrictedExpression {
    RestrictedExpression::new_long(i64::try_from(number).unwrap_or(i64::MAX))
}

fn set(texts: &[String]) -> RestrictedExpression {
    RestrictedExpression::new_set(texts.iter().map(|each| text(each)))
}

fn with<'v, T: ?Sized + 'v>(
    attributes: &mut Attributes,
    name: &str,
    value: Option<&'v T>,
    made: impl FnOnce(&'v T) -> RestrictedExpression,
) {
    attributes.extend(value.map(|value| (name.to_owned(), made(value))));
}

fn caller(names: &Names, who: EntityUid, principal: &Principal) -> Result<Entity, String> {
    let mut attributes = Attributes::new();
    with(&mut attributes, "name", Some(principal.consumer.as_str()), text);
    with(&mut attributes, "team", principal.team.as_deref(), text);
    with(&mut attributes, "tenant", principal.tenant.as_deref(), text);
    with(&mut attributes, "plan", principal.plan.as_deref(), text);
    with(&mut attributes, "roles", Some(principal.roles.as_slice()), set);
    with(&mut attributes, "regions", principal.regions.as_deref(), set);
    with(&mut attributes, "data_class", principal.data_class.as_deref(), text);
    with(&mut attributes, "issuer", principal.issuer.as_deref(), text);
    let team = principal.team.iter().map(|team| uid(&names.team, team));
    let tenant = principal.tenant.iter().map(|tenant| uid(&names.tenant, tenant));
    let roles = principal.roles.iter().map(|role| uid(&names.role, role));
    entity(who, attributes, roles.chain(team).chain(tenant).collect())
}

/// The caller's team, which is in its tenant. Tenants, roles and the like have neither attributes nor parents, and need
/// no entity.
fn team(names: &Names, principal: &Principal) -> Option<Entity> {
    let (team, tenant) = principal.team.as_ref().zip(principal.tenant.as_ref())?;
    let tenant = HashSet::from([uid(&names.tenant, tenant)]);
    Some(Entity::new_no_attrs(uid(&names.team, team), tenant))
}

fn called(names: &Names, what: EntityUid, resource: &Resource) -> Result<Entity, String> {
    let Resource::Model { name, route, provider, region } = resource else {
        return Ok(Entity::with_uid(what));
    };
    let mut attributes = Attributes::new();
    with(&mut attributes, "name", Some(name.as_str()), text);
    with(&mut attributes, "provider", Some(provider.as_str()), text);
    with(&mut attributes, "route", route.as_deref(), text);
    with(&mut attributes, "region", region.as_deref(), text);
    let route = route.as_deref().map(|route| uid(&names.route, route));
    let region = region.as_deref().map(|region| uid(&names.region, region));
    let parents = [uid(&names.provider, provider)].into_iter().chain(route).chain(region);
    entity(what, attributes, parents.collect())
}

/// The action, for policies with `action in Action::"use"`.
fn done(names: &Names, action: Action) -> Entity {
    let group = action.is_on_model().then(|| names.use_group.clone());
    Entity::new_no_attrs(names.action(action), group.into_iter().collect())
}

fn entity(
    uid: EntityUid,
    attributes: Attributes,
    parents: HashSet<EntityUid>,
) -> Result<Entity, String> {
    Entity::new(uid, attributes, parents).map_err(|error| error.to_string())
}

fn pairs(
    context: &Context,
    action: Action,
    attributes: ContextAttributes,
) -> impl Iterator<Item = (String, RestrictedExpression)> {
    let on_model = action.is_on_model();
    let now = attributes.now.then(|| RestrictedExpression::new_datetime(rfc_3339(context.unix_s)));
    let ip = context.ip.filter(|_| attributes.ip);
    let ip = ip.map(|ip| RestrictedExpression::new_ip(ip.to_canonical().to_string()));
    let client = (on_model && attributes.client).then(|| text(&context.client));
    let stream =
        (on_model && attributes.stream).then(|| RestrictedExpression::new_bool(context.stream));
    let tools = (on_model && attributes.tools).then(|| long(context.tools));
    let cap =
        context.output_cap_tokens.filter(|_| on_model && attributes.output_cap_tokens).map(long);
    let body = (on_model && attributes.body_bytes).then(|| long(context.body_bytes));
    let pairs = [
        ("now", now),
        ("ip", ip),
        ("client", client),
        ("stream", stream),
        ("tools", tools),
        ("output_cap_tokens", cap),
        ("body_bytes", body),
    ];
    pairs.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?)))
}

fn rfc_3339(unix_s: u64) -> String {
    let second = i64::try_from(unix_s.min(LAST_SECOND)).unwrap_or_default();
    let time = DateTime::from_timestamp(second, 0).unwrap_or_default();
    time.to_rfc3339_opts(SecondsFormat::Secs, true)
}
