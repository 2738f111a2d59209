//! The attempts of a request, and what each has used.

use crate::asked::{Asked, Unanswered};
use postern_fault::Kind;
use postern_types::recorder::{AttemptEnding, RecordedAttempt, RecordedFault};
use postern_types::{self as types, Deployment, Price, Usage};

/// The attempts, in the order in which they began.
#[derive(Default, Clone)]
pub struct Attempts(Vec<One>);

#[derive(Clone)]
struct One {
    recorded: RecordedAttempt,
    /// Its end is not known yet.
    is_open: bool,
    /// It has begun to answer.
    has_answered: bool,
    price: Option<Price>,
}

impl Attempts {
    /// An attempt begins.
    pub fn begin(&mut self, deployment: &Deployment, elapsed_us: u64) {
        self.0.push(One {
            recorded: of(deployment, elapsed_us),
            is_open: true,
            has_answered: false,
            price: None,
        });
    }

    /// A model was asked a question: this is an attempt beside those of the request.
    pub fn asked(&mut self, asked: &Asked, elapsed_us: u64) {
        let Some(deployment) = &asked.deployment else { return };
        let mut recorded = of(deployment, elapsed_us.saturating_sub(asked.duration_us));
        recorded.is_question = true;
        recorded.duration_us = asked.duration_us;
        recorded.usage = asked.usage;
        recorded.cost_nano_usd = asked.cost_nano_usd;
        if let Err(why) = asked.opinion {
            recorded.ending = AttemptEnding::Failed;
            recorded.fault = fault_of(why);
        }
        let one = One { recorded, is_open: false, has_answered: false, price: None };
        // Before what began after it.
        let began_us = one.recorded.started_us;
        let at = self.0.partition_point(|other| other.recorded.started_us <= began_us);
        self.0.insert(at, one);
    }

    /// The vendor has answered with this status.
    pub fn status(&mut self, status: u16) {
        if let Some(one) = self.current() {
            one.recorded.status = Some(status);
        }
    }

    /// The first token of a stream is there.
    pub fn first_token(&mut self, elapsed_us: u64) {
        if let Some(one) = self.current() {
            let after_us = elapsed_us.saturating_sub(one.recorded.started_us);
            one.recorded.first_token_us.get_or_insert(after_us);
        }
    }

    /// It has begun to answer.
    pub fn answered(&mut self, elapsed_us: u64) {
        if let Some(one) = self.open() {
            one.has_answered = true;
            one.recorded.duration_us = elapsed_us.saturating_sub(one.recorded.started_us);
        }
    }

    /// It did not answer.
    pub fn failed(&mut self, fault: RecordedFault, elapsed_us: u64) {
        self.close(AttemptEnding::Failed, Some(fault), elapsed_us);
    }

    /// Another one has answered before it.
    pub fn cancelled(&mut self, elapsed_us: u64) {
        self.close(AttemptEnding::Cancelled, None, elapsed_us);
    }

    /// Its answer has ended, however much of it the client got.
    pub fn ended(&mut self, elapsed_us: u64) {
        self.close(AttemptEnding::Answered, None, elapsed_us);
    }

    /// Its answer broke: the vendor has failed, or something else ended an answer.
    pub fn broke(&mut self, fault: &RecordedFault, elapsed_us: u64) {
        match fault.blame {
            types::Blame::Vendor => self.failed(fault.clone(), elapsed_us),
            types::Blame::Caller | types::Blame::Gateway => self.ended(elapsed_us),
        }
    }

    /// The client has left, whatever goes on.
    pub fn left(&mut self, elapsed_us: u64) {
        for _ in 0..self.0.len() {
            let has_answered = self.open().is_some_and(|one| one.has_answered);
            match has_answered {
                true => self.ended(elapsed_us),
                false => self.cancelled(elapsed_us),
            }
        }
    }

    /// What its answer has used so far, and the price of its tokens.
    pub fn used(&mut self, usage: Option<Usage>, price: Option<&Price>) {
        if let Some(one) = self.current() {
            one.price = price.copied().or(one.price);
            one.has_used(usage);
        }
    }

    /// What counts on its limits.
    pub fn settled(&mut self, usage: Option<Usage>) {
        if let Some(one) = self.current() {
            one.has_used(usage);
        }
    }

    /// Adds those that were observed by themselves.
    pub fn absorb(&mut self, others: Attempts) {
        self.0.extend(others.0);
        self.0.sort_by_key(|one| one.recorded.started_us);
    }

    /// What all have used together, and what it cost; where a price is not known, none.
    pub fn sum(&self) -> (Option<Usage>, Option<u64>) {
        let used: Vec<_> = self.0.iter().filter(|one| one.recorded.usage.is_some()).collect();
        let usages = used.iter().filter_map(|one| one.recorded.usage);
        let costs = used.iter().map(|one| one.recorded.cost_nano_usd);
        let cost = costs.reduce(|sum, cost| Some(sum?.saturating_add(cost?)));
        (usages.reduce(added), cost.flatten())
    }

    /// As the recorder gets them.
    pub fn into_records(self) -> Vec<RecordedAttempt> {
        self.0.into_iter().map(|one| one.recorded).collect()
    }

    /// The attempt that goes on, or else the last one, of the request's own: a hedge that began later may have failed.
    fn current(&mut self) -> Option<&mut One> {
        let own = |one: &One| !one.recorded.is_question;
        let open = self.0.iter().rposition(|one| one.is_open && own(one));
        let at = open.or_else(|| self.0.iter().rposition(own))?;
        self.0.get_mut(at)
    }

    fn open(&mut self) -> Option<&mut One> {
        self.0.iter_mut().find(|one| one.is_open)
    }

    /// Ends the one that goes on.
    fn close(&mut self, ending: AttemptEnding, fault: Option<RecordedFault>, elapsed_us: u64) {
        let Some(one) = self.open() else { return };
        one.is_open = false;
        one.recorded.ending = ending;
        one.recorded.fault = fault;
        one.recorded.duration_us = elapsed_us.saturating_sub(one.recorded.started_us);
    }
}

impl One {
    fn has_used(&mut self, usage: Option<Usage>) {
        if usage.is_some() {
            self.recorded.usage = usage;
        }
        let priced = self.recorded.usage.zip(self.price);
        let cost = priced.map(|(usage, price)| price.cost_nano_usd(&usage));
        self.recorded.cost_nano_usd = cost.or(self.recorded.cost_nano_usd);
    }
}

fn of(deployment: &Deployment, started_us: u64) -> RecordedAttempt {
    RecordedAttempt {
        is_question: false,
        deployment: deployment.name.clone(),
        provider: deployment.provider.clone(),
        model: deployment.model.clone(),
        region: deployment.region.clone(),
        ending: AttemptEnding::Answered,
        started_us,
        duration_us: 0,
        first_token_us: None,
        status: None,
        fault: None,
        usage: None,
        cost_nano_usd: None,
    }
}

/// Why a question was not answered; none if it was answered with neither yes nor no.
fn fault_of(why: Unanswered) -> Option<RecordedFault> {
    let kind = match why {
        Unanswered::NotServed => Kind::NoEligibleDeployment,
        Unanswered::LimitReached => Kind::RateLimited,
        Unanswered::TimedOut => Kind::UpstreamTimeout,
        Unanswered::Failed(kind) => kind,
        Unanswered::Unclear => return None,
    };
    let types::Fault { kind, blame, .. } = postern_fault::Fault::new(kind, "").into();
    Some(RecordedFault { kind, blame, code: None, param: None })
}

fn added(one: Usage, other: Usage) -> Usage {
    Usage {
        input_tokens: one.input_tokens.saturating_add(other.input_tokens),
        cached_input_tokens: one.cached_input_tokens.saturating_add(other.cached_input_tokens),
        cache_write_tokens: one.cache_write_tokens.saturating_add(other.cache_write_tokens),
        output_tokens: one.output_tokens.saturating_add(other.output_tokens),
        reasoning_tokens: one.reasoning_tokens.saturating_add(other.reasoning_tokens),
        audio_input_tokens: one.audio_input_tokens.saturating_add(other.audio_input_tokens),
        audio_output_tokens: one.audio_output_tokens.saturating_add(other.audio_output_tokens),
        estimated: one.estimated || other.estimated,
    }
}
