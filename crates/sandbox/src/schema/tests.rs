use super::{object_of, value_of};
use proptest::prelude::*;
use serde_json::{Value, json};

fn made(schema: &Value) -> Value {
    value_of(schema, "schema").unwrap_or_else(|refusal| panic!("{schema}: {refusal:?}"))
}

fn assert_matches(schema: &Value) -> Value {
    let value = made(schema);
    let validator = jsonschema::options()
        .should_validate_formats(true)
        .build(schema)
        .unwrap_or_else(|error| panic!("{schema}: {error}"));
    if let Err(error) = validator.validate(&value) {
        panic!("{value} does not match {schema}: {error}");
    }
    value
}

#[test]
fn matches_the_schema_of_a_usual_tool() {
    let value = assert_matches(&json!({
        "type": "object",
        "properties": {
            "city": { "type": "string", "description": "Where" },
            "unit": { "type": "string", "enum": ["celsius", "fahrenheit"] },
            "days": { "type": "integer", "minimum": 2, "maximum": 14 },
            "notes": { "type": ["null", "string"] },
        },
        "required": ["city", "unit", "days"],
        "additionalProperties": false,
    }));
    assert_eq!(value, json!({ "city": "sandbox", "unit": "celsius", "days": 2 }));
}

#[test]
fn an_object_that_needs_nothing_gets_everything() {
    let schema = json!({ "properties": { "a": { "type": "integer" }, "b": false } });
    assert_eq!(made(&schema), json!({ "a": 1 }));
}

#[test]
fn every_format_is_met() {
    let formats = [
        "date-time",
        "date",
        "time",
        "duration",
        "email",
        "hostname",
        "ipv4",
        "ipv6",
        "uri",
        "uuid",
        "iri",
        "uri-reference",
    ];
    for format in formats {
        assert_matches(&json!({
            "type": "array", "minItems": 40, "uniqueItems": true,
            "items": { "type": "string", "format": format },
        }));
    }
}

#[test]
fn a_schema_that_refers_to_itself_ends() {
    let tree = json!({
        "$ref": "#/$defs/tree",
        "$defs": { "tree": {
            "type": "object",
            "properties": {
                "left": { "anyOf": [{ "$ref": "#/$defs/tree" }, { "type": "null" }] },
                "right": { "anyOf": [{ "$ref": "#/$defs/tree" }, { "type": "null" }] },
                "leaves": { "type": "array", "items": { "$ref": "#/$defs/tree" } },
            },
            "required": ["left", "right", "leaves"],
        } },
    });
    assert_eq!(assert_matches(&tree), json!({ "left": null, "right": null, "leaves": [] }));
}

#[test]
fn all_of_adds_demands_up() {
    let schema = json!({
        "$defs": { "named": {
            "type": "object", "properties": { "name": { "type": "string" } }, "required": ["name"],
        } },
        "allOf": [
            { "$ref": "#/$defs/named" },
            { "properties": { "age": { "type": "integer", "minimum": 3 } }, "required": ["age"] },
            { "properties": { "age": { "type": "integer", "maximum": 3 } } },
        ],
    });
    assert_eq!(assert_matches(&schema), json!({ "name": "sandbox", "age": 3 }));
}

#[test]
fn refuses_a_schema_that_nothing_matches() {
    let impossible = [
        json!(false),
        json!({ "enum": [] }),
        json!({ "type": "integer", "minimum": 2, "maximum": 1 }),
        json!({ "type": "string", "minLength": 2, "maxLength": 1 }),
        json!({ "type": "array", "minItems": 3, "uniqueItems": true, "items": { "type": "boolean" } }),
        json!({ "type": "object", "required": ["a"], "additionalProperties": false }),
        json!({ "$ref": "#" }),
        json!({ "$ref": "https://example.com/schema" }),
    ];
    for schema in impossible {
        assert!(value_of(&schema, "schema").is_err(), "{schema}");
    }
}

#[test]
fn refuses_a_schema_that_asks_for_too_much() {
    let mut definitions = json!({ "d0": { "type": "string" } });
    for i in 0..40 {
        let next = json!({ "$ref": format!("#/$defs/d{i}") });
        definitions[format!("d{}", i + 1)] = json!({
            "type": "object", "properties": { "a": next, "b": next }, "required": ["a", "b"],
        });
    }
    let excessive = [
        json!({ "type": "string", "minLength": 1e18 }),
        json!({ "type": "array", "minItems": 4_000_000_000_u64 }),
        json!({ "type": "object", "minProperties": 4_000_000_000_u64 }),
        json!({ "$ref": "#/$defs/d40", "$defs": definitions }),
    ];
    let many_parts = json!({ "anyOf": vec![json!({ "type": "robot" }); 20_000] });
    let many_names = json!({ "required": vec!["a"; 20_000] });
    let excessive = excessive.into_iter().chain([
        json!({ "type": "array", "minItems": 10_000, "items": many_parts }),
        json!({ "type": "array", "minItems": 10_000, "items": many_names }),
        json!({ "type": "array", "minItems": 10_000, "items": { "enum": ["x".repeat(100_000)] } }),
    ]);
    for schema in excessive {
        assert!(value_of(&schema, "schema").is_err(), "{schema}");
    }
}

#[test]
fn arguments_are_an_object_or_refused() {
    assert_eq!(object_of(&json!({}), "parameters").unwrap(), json!({}));
    let refusal = object_of(&json!({ "type": "string" }), "tools[0].function.parameters");
    assert!(format!("{:?}", refusal.unwrap_err()).contains("tools[0].function.parameters"));
}

fn leaf() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(json!({ "type": "boolean" })),
        Just(json!({ "type": "null" })),
        Just(json!({})),
        any::<i32>().prop_map(|value| json!({ "const": value })),
        proptest::collection::vec("[a-z]{1,5}", 1..4).prop_map(|values| json!({ "enum": values })),
        (-1000..1000, 0..1000).prop_map(
            |(low, span)| json!({ "type": "integer", "minimum": low, "maximum": low + span })
        ),
        (-50..50, 1..20).prop_map(|(high, step)| {
            json!({ "type": "integer", "exclusiveMaximum": high, "multipleOf": step })
        }),
        (-5.0..5.0, 0.001..9.0).prop_map(|(low, span): (f64, f64)| {
            json!({ "type": "number", "exclusiveMinimum": low, "exclusiveMaximum": low + span })
        }),
        (0..30, 0..30).prop_map(|(least, more)| {
            json!({ "type": "string", "minLength": least, "maxLength": least + more })
        }),
        prop_oneof![Just("date-time"), Just("email"), Just("uuid"), Just("uri"), Just("ipv4")]
            .prop_map(|format| json!({ "type": "string", "format": format })),
    ]
}

fn schema() -> impl Strategy<Value = Value> {
    leaf().prop_recursive(4, 32, 4, |inner| {
        prop_oneof![
            (inner.clone(), 0..4).prop_map(|(items, least)| {
                json!({ "type": "array", "items": items, "minItems": least, "maxItems": least + 1 })
            }),
            (proptest::collection::btree_map("[a-z]{1,3}", inner.clone(), 0..4), any::<bool>())
                .prop_map(|(properties, closed)| {
                    let required: Vec<_> = properties.keys().step_by(2).cloned().collect();
                    json!({
                        "type": "object", "properties": properties, "required": required,
                        "additionalProperties": !closed,
                    })
                }),
            proptest::collection::vec(inner.clone(), 1..3).prop_map(|any| json!({ "anyOf": any })),
            proptest::collection::vec(inner.clone(), 1..3).prop_map(|first| {
                json!({ "type": "array", "prefixItems": first, "items": false, "minItems": first.len() })
            }),
            inner.prop_map(|definition| {
                json!({ "allOf": [definition, { "description": "the same, described" }] })
            }),
        ]
    })
}

proptest! {
    #[test]
    fn what_is_made_matches(schema in schema()) {
        assert_matches(&schema);
    }
}
