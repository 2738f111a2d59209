//! The confidence of a name, by its words and the evidence before it.

use super::gazetteer::Flags;
use super::lead::Lead;
use super::token::{Case, Token};

/// The confidence of a name, and its main reason.
pub fn weigh(
    tokens: &[Token],
    lead: Lead,
    is_start: bool,
    is_addressed: bool,
) -> Option<(u8, &'static str)> {
    let first = tokens.first()?;
    match lead {
        Lead::Title => return Some((88, "title")),
        Lead::Strong if may_be_introduced(first, tokens.len()) => {
            return Some((84, "introduction"));
        }
        _ if is_addressed && !first.is_uncased => return Some((84, "address")),
        _ => {}
    }
    let rest = tokens.get(1..)?;
    let second = rest.iter().find(|token| !matches!(token.case, Case::Initial | Case::Particle));
    let has_initial = rest.iter().any(|token| token.case == Case::Initial);
    match second {
        Some(second) => weigh_two(first, second, has_initial, lead, is_start),
        None => weigh_one(first, lead, is_start),
    }
}

/// Rejects English words that are not names, as in `named Unicode` and `name: String`, and `--name=VALUE`.
fn may_be_introduced(first: &Token, words: usize) -> bool {
    let is_name = first.flags.is_given() || first.flags.is_surname();
    let is_capital = first.case == Case::Capital || words > 1 && first.case == Case::Upper;
    is_name || is_capital && !first.flags.is_english()
}

/// The confidence of a name of two words or more.
fn weigh_two(
    first: &Token,
    second: &Token,
    has_initial: bool,
    lead: Lead,
    is_start: bool,
) -> Option<(u8, &'static str)> {
    let shouts = first.case == Case::Upper || first.is_uncased;
    let is_weak = matches!(lead, Lead::Weak | Lead::Link);
    let is_sure = |flags: Flags| (flags.is_given() || flags.is_surname()) && !flags.is_word();
    let (is_given, is_surname) = (first.flags.is_given(), first.flags.is_surname());
    let follows = second.flags;
    Some(match () {
        _ if first.case == Case::Initial => {
            return (is_sure(follows) && follows.is_surname()
                || is_weak && follows.is_surname_like())
            .then_some((72, "initial_and_surname"));
        }
        _ if is_given && is_sure(first.flags) && follows.is_surname() => (92, "given_and_surname"),
        _ if is_given && (is_sure(follows) || follows.is_surname_like() && !follows.is_word()) => {
            (82, "given_and_surname")
        }
        _ if shouts => return None,
        _ if is_given
            && is_sure(first.flags)
            && (!first.flags.is_rare() || follows.is_unknown()) =>
        {
            (76, "given_name")
        }
        _ if is_given && follows.is_unknown() => (66, "given_name"),
        _ if has_initial && (is_surname || is_given || follows.is_surname_like()) => {
            (68, "initial")
        }
        _ if is_given && follows.is_surname() && (is_weak || !is_start) => {
            (62, "given_and_surname")
        }
        _ if is_surname && is_sure(first.flags) && is_sure(follows) => (66, "surnames"),
        _ if first.flags.is_unknown() && is_sure(follows) && follows.is_surname() => {
            (62, "surname")
        }
        _ if first.flags.is_unknown() && follows.is_surname_like() && !follows.is_word() => {
            (58, "surname")
        }
        _ if first.flags.is_unknown() && follows.is_surname() && !is_start => (54, "surname"),
        _ => return None,
    })
}

/// The confidence of a single word.
fn weigh_one(first: &Token, lead: Lead, is_start: bool) -> Option<(u8, &'static str)> {
    let is_sure = !first.flags.is_word() && matches!(first.case, Case::Capital);
    match lead {
        Lead::Weak | Lead::Link if first.flags.is_given() && is_sure => Some((70, "given_name")),
        Lead::Weak | Lead::Link if first.flags.is_surname() && is_sure && !first.is_uncased => {
            Some((60, "surname"))
        }
        // "husband Bob": "bob" is also a word, but has a capital letter within a sentence.
        Lead::Weak
            if first.flags.is_given()
                && !first.flags.is_place()
                && first.case == Case::Capital
                && !is_start
                && !first.is_uncased =>
        {
            Some((54, "given_name"))
        }
        _ if !is_sure || first.is_uncased => None,
        _ if first.flags.is_given() && !first.flags.is_rare() => Some((58, "given_name")),
        _ if first.flags.is_given() && !is_start => Some((52, "given_name")),
        _ if first.flags.is_surname() && !is_start => Some((50, "surname")),
        _ => None,
    }
}
