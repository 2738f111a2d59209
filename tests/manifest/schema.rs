//! `spin.toml` is valid for Spin 4.1.

use postern_tests::manifest;
use serde_json::Value;

#[test]
fn spin_toml_matches_the_schema_that_spin_publishes_where_a_copy_of_it_is_at_hand() {
    let file = manifest::repository().join("../shared/spin-manifest.schema.json");
    let Ok(schema) = std::fs::read_to_string(&file) else {
        println!("skipped: there is no ../shared/spin-manifest.schema.json beside the checkout");
        return;
    };
    let schema: Value = serde_json::from_str(&schema).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let parsed = |text: String| serde_json::to_value(text.parse::<toml::Table>().unwrap()).unwrap();
    let shipped = parsed(manifest::shipped());
    for manifest in [&shipped, &parsed(manifest::for_spin())] {
        let errors = validator.iter_errors(manifest);
        let errors: Vec<_> =
            errors.map(|error| format!("{}: {error}", error.instance_path())).collect();
        assert!(errors.is_empty(), "{errors:#?}");
    }
    // The schema does distinguish manifests.
    let mut wrong = shipped.clone();
    wrong["component"]["gateway"]["allowed_outbound_hosts"] = 1.into();
    assert!(!validator.is_valid(&wrong));
}
