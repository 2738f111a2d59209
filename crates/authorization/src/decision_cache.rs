//! A cache of decisions.

use std::net::IpAddr;
use std::num::NonZeroUsize;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use lru::LruCache;

use crate::context_attributes::ContextAttributes;
use crate::decision::Decision;
use crate::facts::{Action, Context, Principal, Resource};
use crate::policies::Authorization;

/// The longest key that is cached. Keys have about 200 bytes; a token with a thousand roles gets a decision, but does
/// not evict all others.
const MAX_KEY_BYTES: usize = 4_096;

type Decisions = LruCache<Box<[u8]>, Arc<Decision>>;

/// Caches decisions by all their inputs, byte for byte: the policies, the principal, the action, the resource, and the
/// attributes of the context that the policies read. A decision never depends on a hash.
///
/// Its size is bounded; the least recently used decisions are dropped first. A decision is about half a kilobyte.
#[derive(Debug)]
pub struct DecisionCache(Mutex<Decisions>);

impl Default for DecisionCache {
    /// 4,096 decisions, about two mebibytes: those of 1,000 callers in a minute, with four actions each.
    fn default() -> Self {
        Self::new(4_096)
    }
}

impl DecisionCache {
    /// A cache of this many decisions.
    #[must_use]
    pub fn new(decisions: usize) -> Self {
        // Bounded after it was made, it allocates memory as it fills: an instance may live for one request.
        let mut cache = Decisions::unbounded();
        cache.resize(NonZeroUsize::new(decisions).unwrap_or(NonZeroUsize::MIN));
        Self(Mutex::new(cache))
    }

    /// As [`Authorization::decide`], which decides if the cache has no decision.
    #[must_use]
    pub fn decide(
        &self,
        authorization: &Authorization,
        principal: &Principal,
        action: Action,
        resource: &Resource,
        context: &Context,
    ) -> Arc<Decision> {
        let attributes = authorization.context_attributes();
        let key = Key::of(authorization.serial(), principal, action, resource, context, attributes);
        if let Some(known) = self.decisions().get(key.0.as_slice()) {
            return Arc::clone(known);
        }
        let decision = Arc::new(authorization.decide(principal, action, resource, context));
        if key.0.len() <= MAX_KEY_BYTES {
            self.decisions().put(key.0.into_boxed_slice(), Arc::clone(&decision));
        }
        decision
    }

    /// If a thread panicked while it held the lock, each call was either done or not.
    fn decisions(&self) -> MutexGuard<'_, Decisions> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The number of cached decisions.
    #[cfg(test)]
    fn len(&self) -> usize {
        self.decisions().len()
    }
}

/// All inputs of a decision. Each part is written with its presence and length, so that different inputs have different
/// keys.
struct Key(Vec<u8>);

impl Key {
    fn of(
        serial: u64,
        principal: &Principal,
        action: Action,
        resource: &Resource,
        context: &Context,
        attributes: ContextAttributes,
    ) -> Self {
        let mut key = Self(Vec::with_capacity(256));
        key.number(Some(serial));
        key.principal(principal);
        key.0.push(action as u8);
        key.resource(resource);
        key.context(context, attributes);
        key
    }

    fn principal(&mut self, principal: &Principal) {
        self.text(Some(&principal.consumer));
        let Principal { team, tenant, plan, data_class, issuer, .. } = principal;
        for text in [team, tenant, plan, data_class, issuer] {
            self.text(text.as_deref());
        }
        self.texts(Some(&principal.roles));
        self.texts(principal.regions.as_deref());
    }

    fn resource(&mut self, resource: &Resource) {
        match resource {
            Resource::Gateway => self.text(None),
            Resource::Model { name, route, provider, region } => {
                self.text(Some(name));
                self.text(Some(provider));
                self.text(route.as_deref());
                self.text(region.as_deref());
            }
        }
    }

    fn context(&mut self, context: &Context, attributes: ContextAttributes) {
        self.number(Some(context.unix_s).filter(|_| attributes.now));
        match context.ip.filter(|_| attributes.ip) {
            None => self.0.push(0),
            Some(IpAddr::V4(ip)) => self.bytes(4, &ip.octets()),
            Some(IpAddr::V6(ip)) => self.bytes(6, &ip.octets()),
        }
        self.text(Some(context.client.as_str()).filter(|_| attributes.client));
        self.number(Some(u64::from(context.stream)).filter(|_| attributes.stream));
        self.number(Some(context.tools).filter(|_| attributes.tools));
        self.number(context.output_cap_tokens.filter(|_| attributes.output_cap_tokens));
        self.number(Some(context.body_bytes).filter(|_| attributes.body_bytes));
    }

    fn bytes(&mut self, mark: u8, bytes: &[u8]) {
        self.0.push(mark);
        self.0.extend_from_slice(bytes);
    }

    fn number(&mut self, number: Option<u64>) {
        match number {
            None => self.0.push(0),
            Some(number) => self.bytes(1, &number.to_be_bytes()),
        }
    }

    fn text(&mut self, text: Option<&str>) {
        self.number(text.map(|text| text.len() as u64));
        self.0.extend_from_slice(text.unwrap_or_default().as_bytes());
    }

    fn texts(&mut self, texts: Option<&[String]>) {
        self.number(texts.map(|texts| texts.len() as u64));
        for text in texts.unwrap_or_default() {
            self.text(Some(text));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const POLICIES: &str =
        "permit (principal, action in Action::\"use\", resource) when { context.tools < 2 };";

    fn caller(name: &str) -> Principal {
        Principal { consumer: name.to_owned(), ..Principal::default() }
    }

    fn model() -> Resource {
        let (name, provider) = ("m".to_owned(), "p".to_owned());
        Resource::Model { name, provider, route: None, region: None }
    }

    fn ask(cache: &DecisionCache, policies: &Authorization, name: &str, context: &Context) -> bool {
        cache.decide(policies, &caller(name), Action::Chat, &model(), context).allowed
    }

    #[test]
    fn remembers_no_more_than_it_may_and_keeps_what_is_asked_for() {
        let policies = Authorization::from_cedar(POLICIES).unwrap();
        let cache = DecisionCache::new(8);
        let context = Context::default();
        let first = cache.decide(&policies, &caller("often"), Action::Chat, &model(), &context);
        for number in 0..100 {
            assert!(ask(&cache, &policies, &number.to_string(), &context));
            let again = cache.decide(&policies, &caller("often"), Action::Chat, &model(), &context);
            assert!(Arc::ptr_eq(&first, &again), "forgotten after {number}");
            assert!(cache.len() <= 8);
        }
    }

    #[test]
    fn does_not_remember_what_no_policy_looks_at() {
        let policies = Authorization::from_cedar(POLICIES).unwrap();
        let cache = DecisionCache::default();
        for number in 0..10 {
            let context =
                Context { unix_s: number, body_bytes: number, stream: true, ..Context::default() };
            assert!(ask(&cache, &policies, "a", &context));
        }
        assert_eq!(cache.len(), 1);
        assert!(!ask(&cache, &policies, "a", &Context { tools: 2, ..Context::default() }));
        assert_eq!(cache.len(), 2);
    }

    #[test]
    fn answers_of_other_policies_are_other_answers() {
        let (cache, context) = (DecisionCache::default(), Context::default());
        let permits = Authorization::from_cedar(POLICIES).unwrap();
        let forbids = Authorization::from_cedar(&POLICIES.replace("permit", "forbid")).unwrap();
        assert!(ask(&cache, &permits, "a", &context));
        assert!(!ask(&cache, &forbids, "a", &context));
        assert!(ask(&cache, &permits, "a", &context));
    }

    #[test]
    fn answers_a_question_that_is_too_long_to_remember() {
        let policies = Authorization::from_cedar(POLICIES).unwrap();
        let cache = DecisionCache::default();
        assert!(ask(&cache, &policies, &"x".repeat(5_000), &Context::default()));
        assert_eq!(cache.len(), 0);
    }
}
