use crate::world::{Asked, asked, catalogue, model, provider};

/// A condition, a request that meets it, and one that does not.
type Row = (&'static str, fn(&mut Asked), fn(&mut Asked));

const ROWS: &[Row] = &[
    (r#"consumers = ["app", "b"]"#, |_| {}, |asked| asked.caller.consumer = "c".into()),
    (r#"teams = ["t"]"#, |asked| asked.caller.team = Some("t".into()), |_| {}),
    (
        r#"tenants = ["t"]"#,
        |asked| asked.caller.tenant = Some("t".into()),
        |asked| asked.caller.tenant = Some("u".into()),
    ),
    (
        r#"caller_roles = ["r", "s"]"#,
        |asked| asked.caller.roles = vec!["q".into(), "s".into()],
        |asked| asked.caller.roles = vec!["q".into()],
    ),
    ("min_prompt_tokens = 100", |_| {}, |asked| asked.signals.prompt_tokens = 99),
    ("max_prompt_tokens = 100", |_| {}, |asked| asked.signals.prompt_tokens = 101),
    (
        r#"languages = ["de", "fr"]"#,
        |asked| asked.style().language = Some("fr".into()),
        |asked| asked.style().language = Some("en".into()),
    ),
    (r#"languages = ["de"]"#, |asked| asked.style().language = Some("de".into()), |_| {}),
    (
        r#"headers = ["x-tier: gold", "x-tier: silver"]"#,
        |asked| asked.headers = vec![("x-tier".into(), " silver ".into())],
        |asked| asked.headers = vec![("x-tier".into(), "Gold".into())],
    ),
    (
        r#"headers = ["x-beta"]"#,
        |asked| asked.headers = vec![("x-beta".into(), String::new())],
        |asked| asked.headers = vec![("x-betas".into(), "1".into())],
    ),
    (
        r#"headers = ["x-beta", "x-tier: gold"]"#,
        |asked| {
            asked.headers = vec![("x-beta".into(), "1".into()), ("x-tier".into(), "gold".into())]
        },
        |asked| asked.headers = vec![("x-beta".into(), "1".into())],
    ),
    (r#"weekdays = ["mon"]"#, |_| {}, |asked| asked.unix_ms += 24 * 3_600_000),
    (
        r#"hours = "13:00-14:00", time_zone = "Europe/Berlin""#,
        |_| {},
        |asked| asked.unix_ms += 3_600_000,
    ),
    (r#"hours = "12:00-13:00""#, |_| {}, |asked| asked.unix_ms -= 1),
    (
        r#"consumers = ["app"], min_prompt_tokens = 50"#,
        |_| {},
        |asked| asked.signals.prompt_tokens = 1,
    ),
];

#[test]
fn a_target_serves_the_requests_that_meet_its_condition() {
    for (condition, meets, fails) in ROWS {
        let routes = format!(
            "[[route]]\nalias = \"r\"\n[[route.target]]\nmodel = \"special\"\nwhen = {{ {condition} }}\n[[route.target]]\nmodel = \"usual\"\n"
        );
        let models = [provider("p", ""), model("special", "", &["p"]), model("usual", "", &["p"])];
        let catalogue = catalogue(&models, &routes);
        let by_style: &[&str] = if condition.contains("languages") { &["r"] } else { &[] };
        assert_eq!(postern_route::by_style(&catalogue).collect::<Vec<_>>(), by_style);
        let (mut met, mut unmet) = (asked(), asked());
        meets(&mut met);
        fails(&mut unmet);
        assert_eq!(met.order(&catalogue, "r"), ["p/special", "p/usual"], "{condition}");
        assert_eq!(unmet.order(&catalogue, "r"), ["p/usual"], "{condition}");
    }
}

#[test]
fn what_was_requested_tells_the_ways_into_a_nested_route_apart() {
    let routes = r#"
[[route]]
alias = "inner"
[[route.target]]
model = "special"
when = { requested = ["gold"] }
[[route.target]]
model = "usual"
[[route]]
alias = "gold"
models = ["inner"]
[[route]]
alias = "silver"
models = ["inner"]
"#;
    let models = [provider("p", ""), model("special", "", &["p"]), model("usual", "", &["p"])];
    let catalogue = catalogue(&models, routes);
    assert_eq!(asked().order(&catalogue, "gold"), ["p/special", "p/usual"]);
    for name in ["silver", "inner"] {
        assert_eq!(asked().order(&catalogue, name), ["p/usual"]);
    }
    let mut elsewhere = asked();
    elsewhere.facts.images = 1;
    let fault = elsewhere.fault(&catalogue, "inner");
    assert!(fault.public.contains("capability"), "{fault}");
}

#[test]
fn a_target_of_several_conditions_is_tried_once() {
    let routes = r#"
[[route]]
alias = "r"
[[route.target]]
model = "a"
when = { min_prompt_tokens = 10 }
[[route.target]]
model = "b"
[[route.target]]
model = "a"
"#;
    let models = [provider("p", ""), model("a", "", &["p"]), model("b", "", &["p"])];
    let catalogue = catalogue(&models, routes);
    assert_eq!(asked().order(&catalogue, "r"), ["p/a", "p/b"]);
    let mut short = asked();
    short.signals.prompt_tokens = 1;
    assert_eq!(short.order(&catalogue, "r"), ["p/b", "p/a"]);
}
