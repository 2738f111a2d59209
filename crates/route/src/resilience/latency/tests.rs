use super::*;

#[test]
fn percentiles_are_within_a_bucket_of_what_was_observed() {
    let mut latency = Latency::default();
    for ms in (20..=1_000).step_by(20) {
        latency.answered(ms, ms + 900, 10, 5);
    }
    for (share, exact) in [(0.5, 500.0), (0.75, 750.0), (0.95, 950.0), (0.99, 990.0)] {
        let estimate = latency.first_token_ms(share) as f64;
        assert!((estimate / exact - 1.0).abs() < 0.19, "{share}: {estimate}");
    }
    assert_eq!(latency.answer_ms(0), latency.first_token_ms(0.9));
    // 900 ms for 9 tokens.
    assert_eq!(latency.answer_ms(100) - latency.answer_ms(0), 10_000);
    assert_eq!(Latency::default().first_token_ms(0.5), 0);
    let mut extremes = Latency::default();
    extremes.answered(0, 0, 0, 5);
    extremes.failed(u64::MAX, 5);
    assert!(extremes.first_token_ms(1.0) > 60_000, "{}", extremes.first_token_ms(1.0));
}

#[test]
fn what_is_long_ago_counts_less_and_less() {
    let mut latency = Latency::default();
    (0..40).for_each(|_| latency.answered(5_000, 6_000, 10, 0));
    (0..10).for_each(|_| latency.answered(100, 1_000, 10, 0));
    assert!(latency.first_token_ms(0.5) > 4_000);
    // Three half-lives later the forty weigh five.
    (0..10).for_each(|_| latency.answered(100, 1_000, 10, 90_000));
    assert!(latency.first_token_ms(0.5) < 150, "{}", latency.first_token_ms(0.5));
    assert!(latency.is_of(91_000));
    assert!(!latency.is_of(90_000 + 9 * 30_000));
}

#[test]
fn a_deployment_that_has_changed_is_soon_known_as_it_is() {
    let mut latency = Latency::default();
    (0..10_000).for_each(|_| latency.answered(100, 1_000, 10, 0));
    (0..20).for_each(|_| latency.failed(5_000, 0));
    assert!(latency.answer_ms(1) > 4_000);
}

#[test]
fn a_failure_counts_as_slow() {
    let mut latency = Latency::default();
    (0..10).for_each(|_| latency.answered(100, 200, 10, 0));
    (0..10).for_each(|_| latency.failed(60_000, 0));
    assert!(latency.answer_ms(1) > 30_000);
}

#[test]
fn observations_of_replicas_add_up() {
    let (mut one, mut other, mut both) =
        (Latency::default(), Latency::default(), Latency::default());
    for ms in 1..=60 {
        let latency = if ms % 3 == 0 { &mut one } else { &mut other };
        latency.answered(ms * 7, ms * 9, 20, 1_000);
        both.answered(ms * 7, ms * 9, 20, 1_000);
    }
    one.add(&other);
    for share in [0.1, 0.5, 0.9] {
        assert_eq!(one.first_token_ms(share), both.first_token_ms(share));
    }
    assert!((one.token_us - both.token_us).abs() < 1.0);
}

#[test]
fn is_nearly_the_same_after_it_was_stored() {
    let mut latency = Latency::default();
    for ms in 1..=500 {
        latency.answered(ms * 3, ms * 5, 20, ms);
    }
    let mut bytes = Vec::new();
    latency.write(&mut bytes);
    assert!(bytes.len() < 200, "{}", bytes.len());
    let (read, rest) = Latency::read(&bytes).unwrap();
    assert!(rest.is_empty());
    for share in [0.25, 0.5, 0.75, 0.99] {
        let (before, after) = (latency.first_token_ms(share), read.first_token_ms(share));
        assert!(before.abs_diff(after) * 50 <= before, "{before} {after}");
    }
    for cut in 0..bytes.len() {
        assert_eq!(Latency::read(&bytes[..cut]), None);
    }
    let strange = [[0xff; 8].as_slice(), &[0xff; 4], &[0; 4], &[1, 250, 1, 0]].concat();
    assert_eq!(Latency::read(&strange), None, "not a number");
}
