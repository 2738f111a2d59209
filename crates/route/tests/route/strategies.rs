use crate::random::Random;
use crate::world::{Asked, asked, catalogue, model, provider};
use postern_policy::Catalogue;
use postern_route::Ended;
use postern_route::resilience::{Admit, BreakerPolicy};
use std::collections::BTreeMap;

fn priced(name: &str, input: &str, output: &str) -> String {
    model(name, "", &["p"])
        + &format!(
            "input_usd_per_million_tokens = {input}\ncached_input_usd_per_million_tokens = 0\noutput_usd_per_million_tokens = {output}\n"
        )
}

/// Three models, two of them at two providers, and a route of each strategy.
fn world(strategy: &str) -> Catalogue {
    let models = [
        provider("p", ""),
        provider("q", ""),
        model("a", "", &["p", "q"]),
        model("b", "", &["p", "q"]),
        model("c", "", &["p"]),
    ];
    let routes = format!(
        "[[route]]\nalias = \"r\"\nstrategy = {strategy:?}\nmodels = [\"a\", \"b\", \"c\"]\n"
    );
    catalogue(&models, &routes)
}

const WRITTEN: [&str; 5] = ["p/a", "q/a", "p/b", "q/b", "p/c"];

#[test]
fn ordered_is_as_written() {
    assert_eq!(asked().order(&world("ordered"), "r"), WRITTEN);
    assert_eq!(asked().order(&world("ordered"), "b"), ["p/b", "q/b"]);
}

/// The share of callers whose first deployment is this one.
fn share(catalogue: &Catalogue, first: &str, callers: u32) -> f64 {
    let mut asked = asked();
    let mut count = 0;
    for caller in 0..callers {
        asked.caller.consumer = format!("app-{caller}");
        count += u32::from(asked.order(catalogue, "r").first().is_some_and(|one| one == first));
    }
    f64::from(count) / f64::from(callers)
}

fn canary(weight: u32) -> Catalogue {
    let models = [provider("p", ""), model("stable", "", &["p"]), model("canary", "", &["p"])];
    let routes = format!(
        "[[route]]\nalias = \"r\"\nstrategy = \"weighted\"\n[[route.target]]\nmodel = \"stable\"\nweight = {}\n[[route.target]]\nmodel = \"canary\"\nweight = {weight}\n",
        100 - weight
    );
    catalogue(&models, &routes)
}

#[test]
fn a_canary_of_5_percent_gets_5_percent_of_the_callers() {
    let share = share(&canary(5), "p/canary", 40_000);
    assert!((0.045..=0.055).contains(&share), "{share}");
}

#[test]
fn each_caller_stays_on_its_side_and_a_growing_canary_takes_no_caller_back() {
    let (five, ten) = (canary(5), canary(10));
    let mut asked = asked();
    let mut sides = BTreeMap::new();
    for caller in 0..2_000 {
        asked.caller.consumer = format!("app-{caller}");
        for seed in 0..3 {
            (asked.seed, asked.signals.conversation) = (seed, Some(seed));
            asked.unix_ms += 1_000;
            let side = asked.order(&five, "r").remove(0);
            assert_eq!(*sides.entry(caller).or_insert(side.clone()), side);
            if side == "p/canary" {
                assert_eq!(asked.order(&ten, "r"), ["p/canary", "p/stable"]);
            }
        }
    }
    assert!(sides.values().any(|side| side == "p/canary"));
}

#[test]
fn a_canary_may_be_of_conversations_and_of_the_owners_of_tokens() {
    let by_conversation = {
        let models = [provider("p", ""), model("a", "", &["p"]), model("b", "", &["p"])];
        catalogue(
            &models,
            "[[route]]\nalias = \"r\"\nstrategy = \"weighted\"\nsame_for = \"conversation\"\nmodels = [\"a\", \"b\"]\n",
        )
    };
    let mut sides = [0; 2];
    let mut one_caller = asked();
    for conversation in 0..1_000 {
        one_caller.signals.conversation = Some(conversation);
        sides[usize::from(one_caller.order(&by_conversation, "r")[0] == "p/a")] += 1;
    }
    assert!(sides.iter().all(|count| (440..=560).contains(count)), "{sides:?}");
    let mut owner = asked();
    let firsts: std::collections::BTreeSet<_> = (0..200)
        .map(|subject| {
            owner.caller.token_owner = Some(format!("subject-{subject}"));
            owner.order(&canary(50), "r").remove(0)
        })
        .collect();
    assert_eq!(firsts.len(), 2);
}

#[test]
fn a_weight_of_zero_is_a_fallback_only() {
    let catalogue = canary(0);
    for caller in 0..500 {
        let mut asked = asked();
        asked.caller.consumer = format!("app-{caller}");
        assert_eq!(asked.order(&catalogue, "r"), ["p/stable", "p/canary"]);
    }
}

#[test]
fn sticky_keeps_a_conversation_where_it_is_and_moves_only_what_it_must() {
    let catalogue = world("sticky");
    let mut random = Random(7);
    let mut firsts: BTreeMap<String, u32> = BTreeMap::new();
    for _ in 0..2_000 {
        let mut asked = asked();
        asked.signals.conversation = Some(random.next());
        let order = asked.order(&catalogue, "r");
        *firsts.entry(order[0].clone()).or_default() += 1;
        asked.unix_ms += 60_000;
        asked.seed = random.next();
        assert_eq!(asked.order(&catalogue, "r"), order);
        // A deployment of its model fails: all others stay in their order.
        let broken = open(&mut asked, &order[1]);
        let without: Vec<_> = asked.order(&catalogue, "r");
        let expected = order.iter().filter(|name| **name != broken).cloned();
        assert_eq!(without, expected.collect::<Vec<_>>());
    }
    assert_eq!(firsts.len(), 5);
    assert!(firsts.values().all(|count| (330..=470).contains(count)), "{firsts:?}");
}

const FAILED: Ended = Ended::Failed { deadline_ms: 1_000, retry_after_ms: None };

/// Opens the breaker of a deployment.
fn open(asked: &mut Asked, name: &str) -> String {
    let policy = BreakerPolicy::default();
    for _ in 0..5 {
        asked.observed.begin(name, asked.unix_ms, &policy);
        asked.observed.end(name, &FAILED, asked.unix_ms, &policy);
    }
    name.to_owned()
}

#[test]
fn cheapest_goes_by_the_tokens_of_the_request() {
    let models = [
        provider("p", ""),
        priced("short-answers", "10", "1"),
        priced("short-prompts", "1", "10"),
        model("no-price", "", &["p"]),
    ];
    let routes = "[[route]]\nalias = \"r\"\nstrategy = \"cheapest\"\nmodels = [\"no-price\", \"short-prompts\", \"short-answers\"]\n";
    let catalogue = catalogue(&models, routes);
    for (prompt, cap, first) in [
        (10_000, Some(100), "p/short-prompts"),
        (100, Some(10_000), "p/short-answers"),
        (100, None, "p/short-answers"),
        (100_000, None, "p/short-prompts"),
    ] {
        let mut asked = asked();
        (asked.signals.prompt_tokens, asked.facts.output_cap_tokens) = (prompt, cap);
        let order = asked.order(&catalogue, "r");
        assert_eq!(
            (order[0].as_str(), order[2].as_str()),
            (first, "p/no-price"),
            "{prompt} {cap:?}"
        );
    }
    // Where the conversation was served its prompt is cached, which costs nothing here.
    let mut asked = asked();
    (asked.signals.prompt_tokens, asked.facts.output_cap_tokens) = (10_000, Some(100));
    asked.signals.conversation = Some(5);
    asked.observed.serves(5, "p/short-answers", asked.unix_ms);
    assert_eq!(asked.order(&catalogue, "r")[0], "p/short-answers");
    asked.signals.conversation = Some(6);
    assert_eq!(asked.order(&catalogue, "r")[0], "p/short-prompts");
}

fn observe(asked: &mut Asked, name: &str, first_token_ms: u64, token_ms: u64) {
    let policy = BreakerPolicy::default();
    let answer_ms = first_token_ms + token_ms * 99;
    for _ in 0..10 {
        asked.observed.begin(name, asked.unix_ms, &policy);
        let first_token_ms = Some(first_token_ms);
        let ended = Ended::Answered { first_token_ms, answer_ms, tokens: 100 };
        asked.observed.end(name, &ended, asked.unix_ms, &policy);
    }
}

#[test]
fn fastest_is_the_soonest_at_the_end_and_failing_fast_is_not_fast() {
    let catalogue = world("fastest");
    let mut asked = asked();
    // This one does not explore.
    asked.seed = 4;
    for (name, first_token_ms, token_ms) in
        [("p/a", 100, 30), ("q/a", 400, 10), ("p/b", 900, 30), ("q/b", 50, 20)]
    {
        observe(&mut asked, name, first_token_ms, token_ms);
    }
    asked.facts.output_cap_tokens = Some(100);
    assert_eq!(asked.order(&catalogue, "r"), ["q/a", "q/b", "p/c", "p/a", "p/b"]);
    asked.facts.output_cap_tokens = Some(1);
    assert_eq!(asked.order(&catalogue, "r")[..2], ["q/b", "p/a"]);
    let policy = BreakerPolicy { min_attempts: 1_000, ..BreakerPolicy::default() };
    for _ in 0..10 {
        asked.observed.begin("q/b", asked.unix_ms, &policy);
        let failed = Ended::Failed { deadline_ms: 20_000, retry_after_ms: None };
        asked.observed.end("q/b", &failed, asked.unix_ms, &policy);
    }
    assert_eq!(asked.order(&catalogue, "r")[0], "p/a");
}

#[test]
fn fastest_finds_out_now_and_then_how_fast_the_others_are() {
    let catalogue = world("fastest");
    let mut asked = asked();
    for name in ["p/a", "q/a", "p/b", "q/b"] {
        observe(&mut asked, name, 100, 10);
    }
    let explored = |asked: &mut Asked| {
        let mut explored = 0;
        for seed in 0..10_000 {
            asked.seed = Random(seed).next();
            let is_explored = asked.with(&catalogue, "r", |decision| {
                decision.unwrap().to_json(1).contains("explored")
            });
            explored += u32::from(is_explored);
        }
        explored
    };
    // One in ten for the one that is unknown.
    let unknown = explored(&mut asked);
    assert!((850..=1_150).contains(&unknown), "{unknown}");
    observe(&mut asked, "p/c", 100, 10);
    assert_eq!(explored(&mut asked), 0, "all are known");
    asked.unix_ms += 31_000;
    observe(&mut asked, "p/a", 100, 10);
    // One in 200 for each of the four that were not seen for a while.
    let stale = explored(&mut asked);
    assert!((130..=270).contains(&stale), "{stale}");
}

#[test]
fn least_loaded_counts_what_is_under_way() {
    let catalogue = world("least_loaded");
    let mut asked = asked();
    let policy = BreakerPolicy::default();
    for (name, requests) in [("p/a", 3), ("q/a", 1), ("p/b", 2), ("q/b", 5), ("p/c", 4)] {
        (0..requests).for_each(|_| {
            asked.observed.begin(name, asked.unix_ms, &policy);
        });
    }
    assert_eq!(asked.order(&catalogue, "r"), ["q/a", "p/b", "p/a", "p/c", "q/b"]);
    (0..3).for_each(|_| asked.observed.end("p/a", &Ended::Gone, asked.unix_ms, &policy));
    assert_eq!(asked.order(&catalogue, "r")[0], "p/a");
}

#[test]
fn without_observations_the_order_is_as_written_and_the_decision_says_so() {
    for strategy in ["fastest", "least_loaded"] {
        let catalogue = world(strategy);
        assert_eq!(asked().order(&catalogue, "r"), WRITTEN);
        asked().with(&catalogue, "r", |decision| {
            let decision = decision.unwrap();
            assert!(decision.is_unobserved);
            assert!(decision.to_json(9).contains("nothing is observed: tried as written"));
        });
    }
    asked().with(&world("sticky"), "r", |decision| assert!(!decision.unwrap().is_unobserved));
}

/// A change of a request, its complexity, and the order.
type Row = (fn(&mut Asked), u8, [&'static str; 3]);

const ROWS: &[Row] = &[
    (|_| {}, 1, ["p/small", "p/middle", "p/large"]),
    (|asked| asked.style().questions = 3, 10, ["p/small", "p/middle", "p/large"]),
    (
        |asked| (asked.style().has_code, asked.facts.tools) = (true, 2),
        17,
        ["p/middle", "p/large", "p/small"],
    ),
    (
        |asked| {
            asked.style().has_code = true;
            asked.style().reasoning_words = 9;
            asked.signals.prompt_bytes = 100_000;
        },
        60,
        ["p/large", "p/middle", "p/small"],
    ),
    (
        |asked| {
            asked.style().reasoning_words = u32::MAX;
            asked.signals.prompt_bytes = u64::MAX;
            asked.style().questions = u32::MAX;
            asked.facts.images = u32::MAX;
            asked.facts.audio = u32::MAX;
            asked.facts.tools = u32::MAX;
            asked.signals.earlier_texts = u32::MAX;
            asked.facts.thinking_tokens = Some(1);
        },
        0,
        ["p/large", "p/middle", "p/small"],
    ),
];

#[test]
fn complexity_chooses_the_tier_and_says_why() {
    let able = "capabilities = [\"chat\", \"tools\"]";
    let models = [
        provider("p", ""),
        model("small", able, &["p"]),
        model("middle", able, &["p"]),
        model("large", able, &["p"]),
    ];
    let routes = r#"
[[route]]
alias = "r"
strategy = "complexity"
[[route.target]]
model = "small"
max_complexity = 15
[[route.target]]
model = "middle"
max_complexity = 45
[[route.target]]
model = "large"
"#;
    let catalogue = catalogue(&models, routes);
    for (change, score, expected) in ROWS {
        let mut asked = asked();
        change(&mut asked);
        if asked.facts.images > 0 {
            // These models see no images: what the highest score is.
            let most = postern_route::complexity(&asked.signals, &asked.facts);
            assert_eq!(most.score, 100);
            continue;
        }
        assert_eq!(asked.order(&catalogue, "r"), *expected);
        asked.with(&catalogue, "r", |decision| {
            let decision = decision.unwrap();
            let complexity = decision.complexity.unwrap();
            assert_eq!(complexity.score, *score);
            let sum: u32 = complexity.points.iter().map(|(_, points)| u32::from(*points)).sum();
            assert_eq!(sum, u32::from(*score));
        });
    }
}

#[test]
fn a_nested_route_keeps_its_own_order_and_competes_by_its_first() {
    let models = [
        provider("p", ""),
        priced("dear", "9", "9"),
        priced("fair", "5", "5"),
        priced("cheap", "1", "1"),
    ];
    let routes = r#"
[[route]]
alias = "dear-first"
models = ["dear", "cheap"]
[[route]]
alias = "cheap-first"
models = ["cheap", "dear"]
[[route]]
alias = "over-dear"
strategy = "cheapest"
models = ["dear-first", "fair"]
[[route]]
alias = "over-cheap"
strategy = "cheapest"
models = ["fair", "cheap-first"]
"#;
    let catalogue = catalogue(&models, routes);
    assert_eq!(asked().order(&catalogue, "over-dear"), ["p/fair", "p/dear", "p/cheap"]);
    assert_eq!(asked().order(&catalogue, "over-cheap"), ["p/cheap", "p/dear", "p/fair"]);
}

#[test]
fn a_deployment_that_fails_is_left_alone_until_one_request_probes_it() {
    let policy = BreakerPolicy::default();
    for strategy in ["ordered", "weighted", "cheapest", "sticky", "fastest", "least_loaded"] {
        let catalogue = world(strategy);
        let mut asked = asked();
        asked.seed = 4;
        let whole = asked.order(&catalogue, "r");
        let broken = open(&mut asked, &whole[0]);
        let left = asked.order(&catalogue, "r");
        assert_eq!(left.len(), 4, "{strategy}: {left:?}");
        assert!(!left.contains(&broken), "{strategy}");
        asked.with(&catalogue, "r", |decision| {
            let told: serde_json::Value =
                serde_json::from_str(&decision.unwrap().to_json(9)).unwrap();
            let removed = &told["removed"][0];
            assert_eq!(
                (&removed["deployment"], &removed["filter"]),
                (&broken.as_str().into(), &"breaker".into())
            );
            assert!(removed["why"].as_str().unwrap().contains("5000 ms"), "{removed}");
        });
        // Half-open: it is tried where it would be first, and is a last resort otherwise.
        asked.unix_ms += policy.open_ms;
        let due = asked.order(&catalogue, "r");
        let place = due.iter().position(|name| *name == broken);
        let expected = if strategy == "fastest" { 4 } else { 0 };
        assert_eq!((due.len(), place), (5, Some(expected)), "{strategy}: {due:?}");
        if expected == 0 {
            assert!(matches!(asked.observed.begin(&broken, asked.unix_ms, &policy), Admit::Probe));
            assert!(!asked.order(&catalogue, "r").contains(&broken), "{strategy}: one probe");
            let answered = Ended::Answered { first_token_ms: None, answer_ms: 9, tokens: 1 };
            asked.observed.end(&broken, &answered, asked.unix_ms, &policy);
            assert_eq!(asked.order(&catalogue, "r"), whole, "{strategy}");
        }
    }
}

#[test]
fn where_all_have_failed_they_are_tried_as_written() {
    for strategy in ["ordered", "weighted", "cheapest", "sticky", "fastest", "least_loaded"] {
        let catalogue = world(strategy);
        let mut asked = asked();
        WRITTEN.iter().for_each(|name| drop(open(&mut asked, name)));
        assert_eq!(asked.order(&catalogue, "r"), WRITTEN, "{strategy}");
        asked.with(&catalogue, "r", |decision| {
            let told = decision.unwrap().to_json(9);
            assert!(told.contains("all breakers are open: tried as written"), "{told}");
        });
    }
}

#[test]
fn a_deployment_that_says_when_to_come_again_is_not_probed_before() {
    let mut asked = asked();
    let failed = Ended::Failed { deadline_ms: 1_000, retry_after_ms: Some(20_000) };
    let (catalogue, policy) = (world("ordered"), BreakerPolicy::default());
    for _ in 0..5 {
        asked.observed.begin("p/a", asked.unix_ms, &policy);
        asked.observed.end("p/a", &failed, asked.unix_ms, &policy);
    }
    asked.unix_ms += 19_999;
    assert!(!asked.order(&catalogue, "r").contains(&"p/a".to_owned()));
    asked.unix_ms += 1;
    assert_eq!(asked.order(&catalogue, "r")[0], "p/a");
}
