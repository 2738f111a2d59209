use super::{Checked, MAX_SCHEMA_BYTES, Schema};
use proptest::prelude::*;
use serde_json::{Value, json};

fn schema(schema: &Value) -> Schema {
    Schema::read(&schema.to_string()).unwrap_or_else(|why| panic!("{schema}: {why}"))
}

/// What is wrong, as a client is told.
fn wrong(of: &Value, value: &Value) -> Vec<String> {
    match schema(of).check(value) {
        Checked::Valid => Vec::new(),
        Checked::Invalid(mismatches) => {
            let said = mismatches.into_iter().map(|one| format!("{} {}", one.path, one.message));
            said.collect()
        }
        Checked::TooCostly => vec!["too costly".to_owned()],
    }
}

/// A schema, values that satisfy it, and values that do not with what is said of them.
type Row = (Value, Vec<Value>, Vec<(Value, &'static str)>);

fn rows() -> Vec<Row> {
    [
        of_objects_and_trees(),
        of_parts(),
        of_arrays(),
        of_objects(),
        of_texts_and_numbers(),
        of_references(),
    ]
    .concat()
}

fn of_objects_and_trees() -> Vec<Row> {
    let person = json!({
        "type": "object", "required": ["name", "age"], "additionalProperties": false,
        "properties": {"name": {"type": "string"}, "age": {"type": "integer", "minimum": 0}},
    });
    let tree = json!({
        "$ref": "#/$defs/node",
        "$defs": {"node": {"type": "object", "required": ["kids"], "properties":
            {"kids": {"type": "array", "items": {"$ref": "#/$defs/node"}}}}},
    });
    vec![
        (
            person,
            vec![json!({"name": "A", "age": 3}), json!({"name": "", "age": 3.0})],
            vec![
                (json!([]), "/ must be an object"),
                (json!({"name": "A"}), r#"/ must have the property "age""#),
                (json!({"name": "A", "age": "3"}), "/age must be an integer"),
                (json!({"name": "A", "age": 3.5}), "/age must be an integer"),
                (json!({"name": "A", "age": -1}), "/age must be at least 0"),
                (
                    json!({"name": "A", "age": 1, "x": 1}),
                    "/ has a property that the schema does not have",
                ),
            ],
        ),
        (
            tree,
            vec![json!({"kids": []}), json!({"kids": [{"kids": [{"kids": []}]}]})],
            vec![(
                json!({"kids": [{"kids": [{}]}]}),
                r#"/kids/0/kids/0 must have the property "kids""#,
            )],
        ),
    ]
}

fn of_parts() -> Vec<Row> {
    vec![
        (
            json!({"anyOf": [{"type": "string", "maxLength": 2}, {"type": "null"}]}),
            vec![json!("ab"), json!(null)],
            vec![
                (json!("abc"), "/ must have at most 2 characters"),
                (json!(1), "/ must match one of the schemas of `anyOf`"),
            ],
        ),
        (
            json!({"oneOf": [{"multipleOf": 3}, {"multipleOf": 5}]}),
            vec![json!(9), json!(10)],
            vec![
                (json!(15), "/ must match only one of the schemas of `oneOf`"),
                (json!(1), "/ must match one of the schemas of `oneOf`"),
            ],
        ),
        (
            json!({"not": {"type": "string"}, "enum": ["a", 1, {"b": [1.0]}]}),
            vec![json!(1), json!(1.0), json!({"b": [1]})],
            vec![
                (json!("a"), "/ must not match the schema of `not`"),
                (json!(2), "/ must be one of the values that the schema lists"),
            ],
        ),
        (
            json!({"const": {"a": 1, "b": 2}}),
            vec![json!({"b": 2, "a": 1})],
            vec![(json!({"a": 1}), "/ must be the value that the schema names")],
        ),
        (
            json!({"if": {"required": ["a"]}, "then": {"required": ["b"]}, "else": {"minProperties": 1}}),
            vec![json!({"a": 1, "b": 1}), json!({"c": 1}), json!(1)],
            vec![
                (json!({"a": 1}), r#"/ must have the property "b""#),
                (json!({}), "/ must have at least 1 properties"),
            ],
        ),
    ]
}

fn of_arrays() -> Vec<Row> {
    vec![
        (
            json!({"prefixItems": [{"type": "string"}], "items": {"type": "integer"}, "minItems": 1, "maxItems": 3, "uniqueItems": true}),
            vec![json!(["a"]), json!(["a", 1, 2])],
            vec![
                (json!([]), "/ must have at least 1 items"),
                (json!([1]), "/0 must be a string"),
                (json!(["a", "b"]), "/1 must be an integer"),
                (json!(["a", 1, 1.0]), "/ must not have an item twice"),
                (json!(["a", 1, 2, 3]), "/ must have at most 3 items"),
            ],
        ),
        (
            json!({"$schema": "http://json-schema.org/draft-07/schema#", "items": [{"type": "string"}], "additionalItems": false}),
            vec![json!(["a"]), json!([])],
            vec![(json!(["a", 1]), "/1 is not allowed")],
        ),
        (
            json!({"contains": {"type": "integer"}, "minContains": 2, "maxContains": 3}),
            vec![json!([1, "a", 2])],
            vec![
                (json!([1]), "/ must have as many items"),
                (json!([1, 2, 3, 4]), "/ must have as many items"),
            ],
        ),
    ]
}

fn of_objects() -> Vec<Row> {
    vec![
        (
            json!({"patternProperties": {"^x-": {"type": "integer"}}, "additionalProperties": {"type": "string"}, "propertyNames": {"maxLength": 4}, "maxProperties": 2}),
            vec![json!({"x-a": 1, "b": "c"})],
            vec![
                (json!({"x-a": "1"}), "/* must be an integer"),
                (json!({"b": 1}), "/* must be a string"),
                (json!({"12345": "a"}), "/ has a property whose name is not allowed"),
                (json!({"a": "", "b": "", "c": ""}), "/ must have at most 2 properties"),
            ],
        ),
        (
            json!({"dependentRequired": {"a": ["b"]}, "dependentSchemas": {"c": {"minProperties": 2}}}),
            vec![json!({"a": 1, "b": 1}), json!({"c": 1, "d": 1})],
            vec![
                (json!({"a": 1}), r#"/ must have the property "b""#),
                (json!({"c": 1}), "/ must have at least 2 properties"),
            ],
        ),
    ]
}

fn of_texts_and_numbers() -> Vec<Row> {
    vec![
        (
            json!({"type": "string", "pattern": "^[a-z]+$", "minLength": 2}),
            vec![json!("ab")],
            vec![
                (json!("aB"), "/ must match the pattern"),
                (json!("a"), "/ must have at least 2 characters"),
            ],
        ),
        (
            json!({"exclusiveMinimum": 0, "exclusiveMaximum": 1, "multipleOf": 0.1}),
            vec![json!(0.3), json!("a")],
            vec![
                (json!(0), "/ must be over 0"),
                (json!(1), "/ must be under 1"),
                (json!(0.35), "/ must be a multiple of 0.1"),
            ],
        ),
        (
            json!({"$schema": "http://json-schema.org/draft-04/schema#", "minimum": 1, "exclusiveMinimum": true}),
            vec![json!(2)],
            vec![(json!(1), "/ must be over 1")],
        ),
    ]
}

fn of_references() -> Vec<Row> {
    vec![
        (
            json!({"$schema": "http://json-schema.org/draft-07/schema#", "$ref": "#/definitions/a", "type": "string", "definitions": {"a": {"type": "integer"}}}),
            vec![json!(1)],
            vec![(json!("a"), "/ must be an integer")],
        ),
        (
            json!({"$id": "https://a.example/s", "properties": {"a": {"$ref": "https://a.example/s#/$defs/x"}, "b": {"$ref": "#y"}}, "$defs": {"x": false, "y": {"$anchor": "y", "type": "null"}}}),
            vec![json!({"b": null})],
            vec![(json!({"a": 1}), "/a is not allowed"), (json!({"b": 1}), "/b must be null")],
        ),
        (json!(true), vec![json!(1)], vec![]),
        (json!({"format": "email", "title": "t", "default": 2}), vec![json!("no address")], vec![]),
    ]
}

#[test]
fn says_what_is_wrong_and_where() {
    for (of, right, not) in rows() {
        for value in right {
            assert_eq!(wrong(&of, &value), [""; 0], "{of} {value}");
        }
        for (value, said) in not {
            let all = wrong(&of, &value);
            assert!(all.iter().any(|one| one.starts_with(said)), "{of} {value}: {all:?}");
        }
    }
}

#[test]
fn agrees_with_the_library_that_knows_all_drafts() {
    for (of, right, not) in rows() {
        let library = jsonschema::validator_for(&of).unwrap();
        for value in right.into_iter().chain(not.into_iter().map(|(value, _)| value)) {
            let agrees = library.is_valid(&value) == wrong(&of, &value).is_empty();
            assert!(agrees, "{of} {value}");
        }
    }
}

#[test]
fn nothing_of_the_value_is_said() {
    let of = json!({"properties": {"a/b": {"additionalProperties": {"type": "null"}}}});
    let said = wrong(&of, &json!({"a/b": {"SECRET": "SECRET"}}));
    assert_eq!(said, ["/a~1b/* must be null"]);
}

#[test]
fn refuses_schemas_that_it_cannot_check() {
    let large = "x".repeat(MAX_SCHEMA_BYTES);
    for (text, said) in [
        ("{", "not JSON"),
        ("1", "neither an object"),
        (r#"{"properties": {"a": []}}"#, "neither an object"),
        (r#"{"properties": []}"#, "`properties` must be an object"),
        (r#"{"type": "text"}"#, "`type`"),
        (r#"{"type": 1}"#, "`type`"),
        (r#"{"minimum": "1"}"#, "`minimum` must be a number"),
        (r#"{"minLength": -1}"#, "`minLength` must be a whole number"),
        (r#"{"multipleOf": 0}"#, "`multipleOf` must be over 0"),
        (r#"{"required": ["a", 1]}"#, "`required` must be a string"),
        (r#"{"anyOf": {}}"#, "`anyOf` must be a list"),
        (r#"{"pattern": "(?=a)"}"#, "look-around"),
        (r#"{"pattern": "(((a{99}){99}){99}){99}"}"#, "too large"),
        (r#"{"$ref": "https://example.com/schema.json"}"#, "not fetched"),
        (r#"{"$ref": "file:///etc/passwd"}"#, "not fetched"),
        (r##"{"$ref": "#/$defs/none"}"##, "not there"),
        (r#"{"unevaluatedProperties": false}"#, "`unevaluatedProperties`"),
        (r##"{"items": {"$dynamicRef": "#a"}}"##, "`$dynamicRef`"),
        (r#"{"items": {"$id": "b", "type": "null"}}"#, "another document"),
        (&format!(r#"{{"title": "{large}"}}"#), "bytes"),
        (&"[".repeat(10_000), "nested too deeply"),
    ] {
        let why = Schema::read(text).err().unwrap_or_else(|| panic!("{text}"));
        assert!(why.contains(said), "{text}: {why}");
    }
}

#[test]
fn ends_whatever_schema_and_value_are() {
    let node = json!({"$ref": "#/$defs/a"});
    let twice = json!({"anyOf": [{"items": node}, {"items": node}], "not": {"items": node}});
    let itself = json!({"$ref": "#"});
    let ring =
        json!({"allOf": [{"$ref": "#/$defs/a"}], "$defs": {"a": {"allOf": [{"$ref": "#"}]}}});
    let doubling = json!({"$ref": "#/$defs/a", "$defs": {"a": twice}});
    let mut deep = json!([1]);
    for _ in 0..100 {
        deep = json!([deep]);
    }
    for of in [itself, ring, doubling] {
        let checked = schema(&of).check(&deep);
        assert!(matches!(checked, Checked::TooCostly), "{of}: {checked:?}");
    }
    // A chain of references is as long as it is.
    let mut long = json!({"$ref": "#/$defs/0", "$defs": {}});
    for at in 0..1_000 {
        long["$defs"][at.to_string()] = json!({"$ref": format!("#/$defs/{}", at + 1)});
    }
    long["$defs"]["1000"] = json!({"type": "null"});
    assert!(matches!(schema(&long).check(&json!(1)), Checked::TooCostly));
    let many = Value::from((0..100_000).collect::<Vec<u32>>());
    assert_eq!(wrong(&json!({"uniqueItems": true}), &many), [""; 0]);
}

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(json!(null)),
        any::<bool>().prop_map(Value::from),
        (-3_i64..4).prop_map(Value::from),
        prop::sample::select(vec![0.5, 1.0, -2.0]).prop_map(Value::from),
        prop::sample::select(vec!["", "a", "ab", "b"]).prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 16, 3, |inner| {
        let names = prop::sample::select(vec!["a", "b", "ab"]);
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..3).prop_map(Value::from),
            prop::collection::vec((names, inner), 0..3).prop_map(|members| {
                members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
            }),
        ]
    })
}

fn any_schema() -> impl Strategy<Value = Value> {
    let types =
        prop::sample::select(vec!["null", "integer", "number", "string", "array", "object"]);
    let count = 0_u32..3;
    let leaf = prop_oneof![
        any::<bool>().prop_map(Value::from),
        types.prop_map(|of| json!({"type": of})),
        value().prop_map(|one| json!({"const": one})),
        prop::collection::vec(value(), 1..3).prop_map(|all| json!({"enum": all})),
        (-2_i32..3).prop_map(|bound| json!({"minimum": bound})),
        (-2_i32..3).prop_map(|bound| json!({"exclusiveMaximum": bound})),
        (1_i32..3).prop_map(|of| json!({"multipleOf": of})),
        count.clone().prop_map(|least| json!({"minLength": least, "maxItems": least})),
        count.prop_map(|most| json!({"maxProperties": most, "minItems": most})),
        Just(json!({"pattern": "^a", "uniqueItems": true})),
        Just(json!({"required": ["a"], "dependentRequired": {"b": ["ab"]}})),
        Just(json!({"$ref": "#"})),
    ];
    leaf.prop_recursive(3, 12, 3, |inner| {
        let two = prop::collection::vec(inner.clone(), 1..3);
        let part = prop::sample::select(vec!["allOf", "anyOf", "oneOf", "prefixItems"]);
        let one = prop::sample::select(vec![
            "not", "items", "contains", "additionalProperties", "propertyNames",
        ]);
        let tests = (inner.clone(), inner.clone(), inner.clone());
        prop_oneof![
            (part, two).prop_map(|(part, all)| json!({part: all})),
            (one, inner.clone()).prop_map(|(one, schema)| json!({one: schema})),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| {
                json!({"properties": {"a": a}, "patternProperties": {"b": b}, "additionalProperties": false})
            }),
            (inner.clone(), inner).prop_map(|(a, b)| json!({"prefixItems": [a], "items": b})),
            tests.prop_map(|(a, b, c)| json!({"if": a, "then": b, "else": c})),
        ]
    })
}

/// The library follows references without a bound, so that one to itself would never end.
fn refers(schema: &Value) -> bool {
    schema.to_string().contains("$ref")
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]
    #[test]
    fn agrees_with_the_library_on_any_schema(of in any_schema(), values in prop::collection::vec(value(), 1..8)) {
        let ours = schema(&of);
        let library = (!refers(&of)).then(|| jsonschema::validator_for(&of).unwrap());
        for value in values {
            let checked = ours.check(&value);
            if let Some(library) = &library {
                prop_assert_eq!(library.is_valid(&value), checked == Checked::Valid, "{} {}", of, value);
            }
        }
    }
}
