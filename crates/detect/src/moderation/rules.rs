//! The rules on words near each other.
//!
//! A rule looks around the word that triggers it, within the sentence and [`WINDOW`] words, so a finding depends only on nearby
//! text.

use super::lexicon::*;
use crate::detector::Detector;

/// How many words on each side of the trigger a rule considers.
pub const WINDOW: usize = 16;

/// A rule.
pub struct Rule {
    /// The detector of its findings.
    pub detector: Detector,
    /// The name of the form.
    pub form: &'static str,
    /// The confidence, in percent.
    pub confidence: u8,
    /// A word with one of these tags triggers it.
    pub trigger: Tags,
    /// A word with one of these tags must be near; 0 means no requirement.
    pub near: Tags,
    /// How many words before the trigger that word may be.
    pub before: usize,
    /// How many words after the trigger that word may be.
    pub after: usize,
    /// None of these tags may be between the trigger and that word.
    pub between: Tags,
    /// One of these tags must be in the window; 0 means no requirement.
    pub with: Tags,
    /// None of these tags may be in the window.
    pub unless: Tags,
}

const fn rule(detector: Detector, form: &'static str, confidence: u8, trigger: Tags) -> Rule {
    Rule {
        detector,
        form,
        confidence,
        trigger,
        near: 0,
        before: 0,
        after: 0,
        between: 0,
        with: 0,
        unless: 0,
    }
}

impl Rule {
    const fn near(mut self, near: Tags, before: usize, after: usize) -> Rule {
        self.near = near;
        self.before = before;
        self.after = after;
        self
    }

    const fn without_between(mut self, between: Tags) -> Rule {
        self.between = between;
        self
    }

    const fn with(mut self, with: Tags) -> Rule {
        self.with = with;
        self
    }

    const fn unless(mut self, unless: Tags) -> Rule {
        self.unless = unless;
        self
    }
}

use Detector::{Bias, Harassment, Hate, Illicit, SelfHarm, Sexual, SexualMinors, Violence};

/// All rules. Rules with the same trigger need not be adjacent.
pub const ALL: &[Rule] = &[
    // Hatred: slurs, slogans; a group together with contempt, dehumanisation, or a desire to harm it.
    rule(Hate, "slur", 75, SLUR).unless(CONDEMN),
    rule(Hate, "slogan", 85, HATE_PHRASE).unless(CONDEMN),
    rule(Hate, "dehumanisation", 80, DEHUMAN).near(GROUP, 16, 6).unless(CONDEMN),
    rule(Hate, "hostility", 75, HATE_VERB).near(GROUP, 6, 8).unless(CONDEMN),
    rule(Hate, "threat_to_group", 85, KILL).near(GROUP, 5, 5).with(FUTURE).unless(CONDEMN | TECH),
    rule(Hate, "insult_to_group", 70, GROUP).near(INSULT | PROFANE, 2, 5).unless(CONDEMN),
    rule(Hate, "insult_to_group", 65, TOXIC).near(GROUP, 5, 5).unless(CONDEMN),
    rule(Hate, "contempt", 60, TRAIT).near(GROUP, 16, 0).with(COPULA | QUANT).unless(CONDEMN),
    rule(Hate, "contempt", 58, TRAIT).near(GROUP, 2, 0).unless(CONDEMN),
    rule(Hate, "contempt", 65, CONTEMPT).near(GROUP, 16, 8).unless(CONDEMN | MEDICAL | PREVENT),
    rule(Hate, "contempt", 58, CONTEMPT)
        .near(CONTEMPT | DEHUMAN | HATE_VERB, 10, 10)
        .with(THIRD | GROUP)
        .unless(CONDEMN | MEDICAL | TECH | PREVENT),
    // Bias: a group, a generalising verb or quantifier, a trait; or different treatment by a protected attribute.
    rule(Bias, "generalisation", 75, TRAIT).near(GROUP, 16, 0).with(COPULA | QUANT).unless(CONDEMN),
    rule(Bias, "generalisation", 65, TRAIT).near(GROUP, 0, 3).with(QUANT).unless(CONDEMN),
    rule(Bias, "different_treatment", 80, DIFFER).near(GROUP | PROTECTED, 8, 10).unless(CONDEMN),
    // Harassment: phrases, insults that are addressed, threats.
    rule(Harassment, "phrase", 80, HARASS).unless(TECH),
    rule(Harassment, "insult", 65, INSULT).near(YOU, 0, 2).with(COPULA).unless(CONDEMN),
    rule(Harassment, "insult", 70, INSULT).near(YOU, 4, 0).unless(CONDEMN),
    rule(Harassment, "insult", 65, PROFANE).near(YOU, 3, 1).with(COPULA | INSULT),
    rule(Harassment, "insult_of_person", 60, INSULT)
        .near(PERSON, 3, 1)
        .with(PROFANE | COPULA)
        .unless(CONDEMN),
    rule(Harassment, "threat", 80, KILL)
        .near(YOU | YOUR, 0, 5)
        .with(FUTURE | FIRST)
        .unless(TECH | CONDEMN),
    rule(Harassment, "threat", 70, KILL).near(YOU, 3, 0).with(FUTURE).unless(TECH | CONDEMN),
    // Violence: threats, desires to harm, and its depiction.
    rule(Harassment, "insult", 62, TOXIC).near(YOU | YOUR, 4, 1).unless(CONDEMN | TECH),
    rule(Harassment, "insult_of_person", 58, TOXIC | INSULT)
        .near(TOXIC | INSULT | PROFANE, 5, 5)
        .with(PERSON | THIRD)
        .unless(CONDEMN | TECH),
    rule(Harassment, "threat", 85, THREAT_YOU).unless(TECH | CONDEMN),
    rule(Violence, "threat", 85, THREAT_YOU).unless(TECH | CONDEMN),
    rule(Harassment, "threat", 80, THREAT).near(YOU, 3, 4).unless(TECH | CONDEMN),
    rule(Violence, "threat", 80, THREAT).near(YOU | PERSON | GROUP, 3, 4).unless(TECH | CONDEMN),
    rule(Violence, "threat", 80, THREAT).near(WEAPON, 4, 4).unless(TECH | CONDEMN),
    rule(Violence, "threat", 80, KILL)
        .near(YOU | YOUR, 0, 5)
        .with(FUTURE | FIRST)
        .unless(TECH | CONDEMN),
    rule(Violence, "threat", 70, KILL).near(YOU, 3, 0).with(FUTURE).unless(TECH | CONDEMN),
    rule(Violence, "threat", 75, KILL)
        .near(PERSON | GROUP | MINOR, 4, 4)
        .with(FUTURE | REQUEST | WEAPON)
        .unless(TECH | CONDEMN | PREVENT | SAFE),
    rule(Violence, "plan", 70, KILL)
        .near(PLACE, 0, 5)
        .with(FUTURE)
        .unless(TECH | CONDEMN | PREVENT),
    rule(Violence, "plan", 58, WEAPON)
        .near(PLACE, 3, 6)
        .with(FUTURE)
        .unless(CONDEMN | PREVENT | SAFE),
    rule(Violence, "depiction", 60, KILL)
        .near(PERSON | MINOR, 2, 6)
        .with(FIRST | GORE | WEAPON)
        .unless(TECH | CONDEMN | MEDICAL | PREVENT),
    rule(Violence, "depiction", 65, GORE)
        .near(GORE | KILL | WEAPON, 8, 8)
        .unless(TECH | CONDEMN | MEDICAL),
    rule(Violence, "depiction", 62, HURT | KILL)
        .near(LIMB, 0, 5)
        .unless(TECH | CONDEMN | MEDICAL | PREVENT | SAFE),
    // Self-harm.
    rule(SelfHarm, "intent", 85, SELF_HARM).with(FIRST | YOU).unless(PREVENT | CONDEMN),
    rule(SelfHarm, "request", 80, SELF_HARM).near(REQUEST, 6, 0).unless(PREVENT | CONDEMN),
    rule(SelfHarm, "mention", 60, SELF_HARM).unless(PREVENT | CONDEMN | MEDICAL | TECH),
    rule(SelfHarm, "hint", 58, SELF_SOFT)
        .near(SELF_SOFT | SELF_HARM, 10, 10)
        .with(FIRST | YOU | THIRD)
        .unless(PREVENT | CONDEMN | MEDICAL | TECH),
    // Sexual content; with a minor in the window, it has its own detector.
    rule(Sexual, "explicit", 75, SEX_EXPLICIT).unless(CONDEMN),
    rule(Sexual, "suggestive", 65, SEX).near(SEX | SEX_EXPLICIT, 8, 8).unless(MEDICAL | CONDEMN),
    rule(Sexual, "suggestive", 55, SEX)
        .near(BODY, 6, 6)
        .with(BODY | PERSON | FIRST | THIRD)
        .unless(MEDICAL | CONDEMN | TECH),
    rule(SexualMinors, "minor", 85, SEX | SEX_EXPLICIT)
        .near(MINOR, 12, 12)
        .unless(MEDICAL | CONDEMN | PREVENT | SAFE),
    rule(Sexual, "minor", 70, SEX | SEX_EXPLICIT)
        .near(MINOR, 12, 12)
        .unless(MEDICAL | CONDEMN | PREVENT | SAFE),
    // Help with crimes: a request and its object.
    rule(Illicit, "request", 75, OBJECT).near(REQUEST, 12, 2).unless(SAFE | CONDEMN | MEDICAL),
    rule(Illicit, "request", 65, OBJECT).near(MAKE, 8, 0).unless(SAFE | CONDEMN | MEDICAL),
    // What stands between is what is asked for: to report, to prevent, to write about it.
    rule(Illicit, "crime", 65, CRIME)
        .near(REQUEST, 8, 0)
        .without_between(SAFE | CONDEMN | MEDICAL | PREVENT | TECH),
];
