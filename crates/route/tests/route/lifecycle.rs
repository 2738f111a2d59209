use crate::world::{asked, catalogue, model, provider};
use postern_fault::Kind;
use postern_policy::Catalogue;
use postern_route::{Allowed, lifecycle_headers, list};

/// 2026-12-01T00:00:00Z in milliseconds.
const DECEMBER_MS: u64 = 1_796_083_200_000;
const DAY_MS: u64 = 24 * 3_600 * 1_000;

fn world() -> Catalogue {
    let models = [
        provider("p", ""),
        model(
            "old",
            "deprecated = 2026-12-01T00:00:00Z\nsunset = 2026-12-11T00:00:00Z\nsuccessor = \"new\"",
            &["p"],
        ),
        model("new", "", &["p"]),
        model("coming", "preview_for = [\"early\"]", &["p"]),
    ];
    let routes = r#"
[[route]]
alias = "all"
models = ["coming", "old", "new"]
[[route]]
alias = "early-only"
preview_for = ["early"]
models = ["new"]
"#;
    catalogue(&models, routes)
}

#[test]
fn clients_are_told_of_the_end_and_the_successor() {
    let world = world();
    let asked = asked();
    let allowed = Allowed::of(&asked.caller);
    let headers = |name: &str, unix_ms| {
        let lifecycle = &world.model(name).unwrap().lifecycle;
        let all = lifecycle_headers(lifecycle, &allowed, unix_ms);
        all.into_iter().map(|(name, value)| format!("{name}: {value}")).collect::<Vec<_>>()
    };
    let sunset = "sunset: Fri, 11 Dec 2026 00:00:00 GMT";
    assert_eq!(headers("old", DECEMBER_MS - 1), [sunset, "x-postern-successor: new"]);
    assert_eq!(
        headers("old", DECEMBER_MS),
        ["deprecation: @1796083200", sunset, "x-postern-successor: new"]
    );
    assert_eq!(headers("new", DECEMBER_MS), [""; 0]);
    let mut narrow = asked.caller.clone();
    narrow.models = vec!["old".to_owned()];
    let told = lifecycle_headers(
        &world.model("old").unwrap().lifecycle,
        &Allowed::of(&narrow),
        DECEMBER_MS,
    );
    assert_eq!(told.len(), 2, "a successor that it may not use is not named");
}

#[test]
fn after_its_sunset_a_model_is_refused_and_passed_over_by_routes() {
    let world = world();
    let mut asked = asked();
    asked.unix_ms = DECEMBER_MS + 10 * DAY_MS - 1;
    assert_eq!(asked.order(&world, "old"), ["p/old"]);
    assert_eq!(asked.order(&world, "all"), ["p/old", "p/new"]);
    asked.unix_ms += 1;
    assert_eq!(asked.order(&world, "all"), ["p/new"]);
    let fault = asked.fault(&world, "old");
    assert_eq!(fault.kind, Kind::NoEligibleDeployment);
    assert!(fault.public.contains("not served any more: use `new`"), "{}", fault.public);
    asked.caller.models = vec!["old".to_owned()];
    assert!(!asked.fault(&world, "old").public.contains("`new`"));
}

#[test]
fn a_preview_is_there_for_the_named_callers_only() {
    let world = world();
    let (other, mut early) = (asked(), asked());
    early.caller.consumer = "early".to_owned();
    assert_eq!(early.order(&world, "coming"), ["p/coming"]);
    assert_eq!(early.order(&world, "all"), ["p/coming", "p/old", "p/new"]);
    assert_eq!(early.order(&world, "early-only"), ["p/new"]);
    for name in ["coming", "early-only"] {
        let (hidden, absent) = (other.fault(&world, name), other.fault(&world, "none"));
        assert_eq!(hidden.public, absent.public.replace("none", name));
        assert_eq!(hidden.kind, Kind::ModelNotFound);
    }
    assert_eq!(other.order(&world, "all"), ["p/old", "p/new"]);
}

#[test]
fn lists_what_may_be_asked_for_at_that_time_and_nothing_else() {
    let world = world();
    let names = |consumer: &str, models: &[&str], unix_ms| {
        let mut caller = asked().caller;
        caller.consumer = consumer.to_owned();
        caller.models = models.iter().map(|&model| model.to_owned()).collect();
        let listed = list(&world, &Allowed::of(&caller), unix_ms);
        listed.iter().map(|one| format!("{} {}", one.name, one.owned_by)).collect::<Vec<_>>()
    };
    assert_eq!(names("app", &["*"], DECEMBER_MS), ["all p", "new p", "old p"]);
    assert_eq!(names("app", &["*"], DECEMBER_MS + 20 * DAY_MS), ["all p", "new p"]);
    assert_eq!(names("early", &["*"], 0), ["all p", "coming p", "early-only p", "new p", "old p"]);
    assert_eq!(names("early", &["c*", "old"], 0), ["coming p", "old p"]);
    assert_eq!(names("app", &[], 0), [""; 0]);
}
