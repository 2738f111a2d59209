use std::collections::BTreeSet;

use super::*;
use crate::manifest::DependencySource;

/// Imports `test:stage/stage` and exports `test:app/app`, which calls it.
const APP: &str = r#"(component
    (import "test:stage/stage@0.1.0" (instance $stage (export "answer" (func (result u32)))))
    (alias export $stage "answer" (func $answer))
    (core func $lowered (canon lower (func $answer)))
    (core module $m (import "" "answer" (func $answer (result i32))) (func (export "run") (result i32) (call $answer)))
    (core instance $i (instantiate $m (with "" (instance (export "answer" (func $lowered))))))
    (func $run (result u32) (canon lift (core func $i "run")))
    (instance $app (export "run" (func $run)))
    (export "test:app/app@0.1.0" (instance $app)))"#;

/// Exports `test:stage/stage` and imports the interfaces between the braces from the host.
fn stage(imports: &str) -> Vec<u8> {
    wat::parse_str(format!(
        r#"(component {imports}
            (core module $m (func (export "answer") (result i32) (i32.const 42)))
            (core instance $i (instantiate $m))
            (func $answer (result u32) (canon lift (core func $i "answer")))
            (instance $stage (export "answer" (func $answer)))
            (export "test:stage/stage@0.1.0" (instance $stage)))"#
    ))
    .unwrap()
}

fn dependency(name: &str, inherits: &[Grant]) -> Dependency {
    Dependency {
        name: name.to_owned(),
        source: DependencySource::Path("stage.wasm".into()),
        export: None,
        inherits: inherits.iter().copied().collect::<BTreeSet<_>>(),
        written_at: 0..0,
    }
}

fn compose_with(dependency: Dependency, stage: Vec<u8>) -> Result<Vec<u8>, Vec<String>> {
    let component =
        Component { id: "app".to_owned(), dependencies: vec![dependency], ..Component::default() };
    compose(
        &component,
        &Inputs { component: wat::parse_str(APP).unwrap(), dependencies: vec![stage] },
    )
}

/// Runs the composed component, which works only if the stage answers.
fn answer_of(composed: &[u8]) -> u32 {
    let engine = crate::engine::engine().unwrap();
    let compiled = wasmtime::component::Component::new(&engine, composed).unwrap();
    let mut store = wasmtime::Store::new(&engine, ());
    let instance =
        wasmtime::component::Linker::new(&engine).instantiate(&mut store, &compiled).unwrap();
    let app = instance.get_export_index(&mut store, None, "test:app/app@0.1.0").unwrap();
    let run = instance.get_export_index(&mut store, Some(&app), "run").unwrap();
    instance.get_typed_func::<(), (u32,)>(&mut store, run).unwrap().call(&mut store, ()).unwrap().0
}

#[test]
fn a_dependency_answers_by_interface_by_package_and_by_version() {
    for name in ["test:stage/stage@0.1.0", "test:stage@0.1.0", "test:stage", "test:stage/stage"] {
        let composed = compose_with(dependency(name, &[]), stage("")).unwrap();
        assert_eq!(answer_of(&composed), 42, "{name}");
    }
}

#[test]
fn refuses_a_dependency_that_no_import_is_called_after() {
    for name in ["test:stage@0.2.0", "test:other", "test:stage/other"] {
        let problems = compose_with(dependency(name, &[]), stage("")).unwrap_err();
        let expected = format!(
            "component.app.dependencies.\"{name}\": no import of the component is called so"
        );
        assert_eq!(problems.first(), Some(&expected));
    }
}

#[test]
fn refuses_a_stage_that_imports_what_it_does_not_inherit_by_name() {
    for (import, grant) in [
        ("wasi:http/client@0.3.0", Grant::AllowedOutboundHosts),
        ("wasi:cli/environment@0.2.6", Grant::Environment),
        ("wasi:filesystem/preopens@0.2.6", Grant::Files),
        ("spin:key-value/key-value@3.0.0", Grant::KeyValueStores),
        ("spin:sqlite/sqlite@3.1.0", Grant::SqliteDatabases),
        ("spin:variables/variables@3.0.0", Grant::Variables),
    ] {
        let imports = format!(r#"(import "{import}" (instance (export "f" (func))))"#);
        let mut others = Grant::all();
        others.remove(&grant);
        let others: Vec<Grant> = others.into_iter().collect();
        let problems =
            compose_with(dependency("test:stage", &others), stage(&imports)).unwrap_err();
        assert_eq!(
            problems,
            [format!(
                "component.app.dependencies.\"test:stage\": it imports `{import}` and does not inherit `{grant}`; \
             add `{grant}` to its `inherit_configuration` if it should"
            )]
        );
        compose_with(dependency("test:stage", &[grant]), stage(&imports)).unwrap();
    }
}

#[test]
fn refuses_what_this_host_does_not_answer_by_name() {
    let imports = r#"(import "spin:mqtt/mqtt@3.0.0" (instance (export "f" (func))))"#;
    let problems =
        compose_with(dependency("test:stage", &[Grant::AllowedOutboundHosts]), stage(imports))
            .unwrap_err();
    let expected = "component.app.dependencies.\"test:stage\": it imports `spin:mqtt/mqtt@3.0.0`, which this host does not answer";
    assert_eq!(problems, [expected]);
    let imports = r#"(import "fermyon:spin/llm@2.0.0" (instance (export "f" (func))))"#;
    let problems_with =
        |grants| compose_with(dependency("test:stage", grants), stage(imports)).unwrap_err();
    let place = "component.app.dependencies.\"test:stage\"";
    assert_eq!(
        problems_with(&[]),
        [format!(
            "{place}: it imports `fermyon:spin/llm@2.0.0` and does not inherit `ai_models`; \
             add `ai_models` to its `inherit_configuration` if it should"
        )]
    );
    assert_eq!(
        problems_with(&[Grant::AiModels]),
        [format!("{place}: it imports `fermyon:spin/llm@2.0.0`, which this host does not answer")]
    );
    let alone = Component { id: "app".to_owned(), ..Component::default() };
    let problems =
        compose(&alone, &Inputs { component: wat::parse_str(APP).unwrap(), dependencies: vec![] });
    let expected = "component.app: imports `test:stage/stage@0.1.0`, which neither a dependency nor this host answers";
    assert_eq!(problems, Err(vec![expected.to_owned()]));
}

#[test]
fn an_interface_of_types_alone_needs_no_grant() {
    let imports = r#"(import "test:types/types@0.1.0" (instance (type (record (field "a" u32))) (export "r" (type (eq 0)))))"#;
    let composed = compose_with(dependency("test:stage", &[]), stage(imports)).unwrap();
    assert_eq!(answer_of(&composed), 42);
}

#[test]
fn refuses_a_dependency_whose_export_is_missing_or_does_not_fit() {
    let other =
        Dependency { export: Some("test:other/stage".to_owned()), ..dependency("test:stage", &[]) };
    let problems = compose_with(other, stage("")).unwrap_err();
    let expected =
        "component.app.dependencies.\"test:stage\": it does not export `test:other/stage`";
    assert_eq!(problems.first().map(String::as_str), Some(expected));

    let text = r#"(component
        (core module $m (func (export "answer") (result f32) (f32.const 1)))
        (core instance $i (instantiate $m))
        (func $answer (result f32) (canon lift (core func $i "answer")))
        (instance $stage (export "answer" (func $answer)))
        (export "test:stage/stage@0.1.0" (instance $stage)))"#;
    let problems =
        compose_with(dependency("test:stage", &[]), wat::parse_str(text).unwrap()).unwrap_err();
    let problem = problems.first().unwrap();
    assert!(
        problem.contains("its `test:stage/stage@0.1.0` does not fit `test:stage/stage@0.1.0`: "),
        "{problem}"
    );
}

#[test]
fn refuses_bytes_that_are_no_component() {
    let problems = compose_with(dependency("test:stage", &[]), b"not wasm".to_vec()).unwrap_err();
    let problem = problems.first().unwrap();
    assert!(
        problem.starts_with("component.app.dependencies.\"test:stage\": it is no component: "),
        "{problem}"
    );
}
