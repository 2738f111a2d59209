//! The most that a request may use, and what it has used.

use postern_meter::{Amounts, AnswerCap, DEFAULT_ANSWER_TOKENS, SMALL_ANSWER_TOKENS};
use postern_types::{Price, Usage};
use proptest::prelude::*;

fn cap(client: Option<u64>, plan: Option<u64>, model: Option<u64>) -> (u64, bool) {
    let cap = AnswerCap::of(client, plan, model, Some(128_000));
    (cap.tokens, cap.is_sent)
}

#[test]
fn the_cap_is_the_clients_else_the_plans_else_the_models() {
    assert_eq!(cap(Some(10), Some(20), Some(30)), (10, false));
    assert_eq!(cap(Some(30), None, Some(30)), (30, false));
    assert_eq!(cap(Some(10), Some(5), None), (10, false));
    assert_eq!(cap(None, Some(20), Some(30)), (20, true));
    assert_eq!(cap(None, Some(40), Some(30)), (30, true));
    assert_eq!(cap(None, Some(40), None), (40, true));
    assert_eq!(cap(None, None, Some(30)), (30, false));
    assert_eq!(cap(None, None, None), (DEFAULT_ANSWER_TOKENS, true));
    // Some servers take it for no limit.
    assert_eq!(cap(Some(0), Some(20), Some(30)), (30, false));
    assert_eq!(cap(Some(0), Some(20), None), (DEFAULT_ANSWER_TOKENS, false));
}

#[test]
fn where_the_context_is_not_known_the_cap_fits_the_smallest() {
    let of = |plan, model| AnswerCap::of(None, plan, model, None);
    assert_eq!(of(None, None), AnswerCap { tokens: SMALL_ANSWER_TOKENS, is_sent: true });
    assert_eq!(of(Some(9_000), None), AnswerCap { tokens: 9_000, is_sent: true });
    assert_eq!(of(None, Some(9_000)), AnswerCap { tokens: 9_000, is_sent: false });
}

#[test]
fn a_cap_above_the_models_is_the_models() {
    assert_eq!(cap(Some(31), Some(20), Some(30)), (30, false));
}

#[test]
fn what_has_no_price_costs_nothing() {
    assert_eq!(Amounts::at_most(10, 20, None, true).nano_usd, 0);
    assert_eq!(Amounts::used(&Usage { input_tokens: 10, ..Usage::default() }, None).nano_usd, 0);
}

#[test]
fn tokens_of_both_kinds_do_not_overflow() {
    let amounts = Amounts { input_tokens: u64::MAX, output_tokens: 1, nano_usd: 0 };
    assert_eq!(amounts.tokens(), u64::MAX);
}

/// As high as policies allow: ten thousand dollars for a million tokens.
fn prices() -> impl Strategy<Value = Price> {
    prop::array::uniform6(0_u64..=10_000_000_000).prop_map(
        |[input, cached, write, output, audio_input, audio_output]| Price {
            input_pico_usd_per_token: input,
            cached_input_pico_usd_per_token: cached,
            cache_write_pico_usd_per_token: write,
            output_pico_usd_per_token: output,
            audio_input_pico_usd_per_token: audio_input,
            audio_output_pico_usd_per_token: audio_output,
        },
    )
}

proptest! {
    #[test]
    fn no_usage_within_a_reservation_costs_more_than_it(
        price in prices(),
        reserved in (0_u64..300_000, 0_u64..300_000),
        parts in prop::array::uniform6(0_u64..100_001),
        has_audio: bool,
    ) {
        let part = |index: usize, of: u64| parts[index] * of / 100_000;
        let input = part(0, reserved.0);
        let cached_input = part(1, input);
        let cache_write = part(2, input - cached_input);
        let audio_input = part(3, input - cached_input - cache_write);
        let output = part(4, reserved.1);
        let usage = Usage {
            input_tokens: input,
            cached_input_tokens: cached_input,
            cache_write_tokens: cache_write,
            audio_input_tokens: if has_audio { audio_input } else { 0 },
            output_tokens: output,
            audio_output_tokens: part(5, output),
            ..Usage::default()
        };
        let at_most = Amounts::at_most(reserved.0, reserved.1, Some(&price), has_audio);
        let used = Amounts::used(&usage, Some(&price));
        prop_assert_eq!(used.nano_usd, price.cost_nano_usd(&usage));
        prop_assert!(used.nano_usd <= at_most.nano_usd, "{:?} > {:?}", used, at_most);
        prop_assert!(used.tokens() <= at_most.tokens());
    }
}
