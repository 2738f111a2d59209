//! Composes a component with the one that it stands before into one component of the same interfaces.

use super::{Composition, register};
use crate::causes::chain;

/// Answers the imports of `outer` with the exports of `inner`. The result exports what `outer` does, and imports from the host
/// what either does.
///
/// Spin composes no dependency of a dependency, so a stage that needs another one has to be one file with it.
///
/// # Errors
/// If `outer` imports nothing that `inner` exports, or does not export it: then it cannot stand in its place.
pub fn wrap(outer: &[u8], inner: &[u8]) -> Result<Vec<u8>, String> {
    let mut composition = Composition::new("outer", outer)?;
    let package = register(&mut composition.graph, "inner", inner)?;
    let exported = |name: &String| {
        let types = composition.graph.types();
        types[composition.graph[package].ty()].exports.contains_key(name)
    };
    let wanted: Vec<String> =
        composition.calls(composition.package).into_iter().filter(exported).collect();
    if wanted.is_empty() {
        return Err("it imports no interface that the component behind it exports".to_owned());
    }
    let instance = composition.graph.instantiate(package);
    for import in wanted {
        let types = composition.graph.types();
        if !types[composition.graph[composition.package].ty()].exports.contains_key(&import) {
            return Err(format!(
                "it imports `{import}` and does not export it, so it cannot stand in the place of what it wraps"
            ));
        }
        let graph = &mut composition.graph;
        let alias =
            graph.alias_instance_export(instance, &import).map_err(|error| chain(&error))?;
        graph.set_instantiation_argument(composition.instance, &import, alias).map_err(
            |error| {
                format!(
                    "its import `{import}` is not what the component behind it exports; build both from the same `wit/`: {}",
                    chain(&error)
                )
            },
        )?;
    }
    composition.encode()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Exports `test:stage/stage`, whose `answer` is 42.
    const INNER: &str = r#"(component
        (core module $m (func (export "answer") (result i32) (i32.const 42)))
        (core instance $i (instantiate $m))
        (func $answer (result u32) (canon lift (core func $i "answer")))
        (instance $stage (export "answer" (func $answer)))
        (export "test:stage/stage@0.1.0" (instance $stage)))"#;

    /// Imports it and exports `EXPORT`, whose `answer` is one more.
    const OUTER: &str = r#"(component
        (import "IMPORT" (instance $inner (export "answer" (func (result RESULT)))))
        (alias export $inner "answer" (func $answer))
        (core func $lowered (canon lower (func $answer)))
        (core module $m (import "" "answer" (func $answer (result i32)))
            (func (export "answer") (result i32) (i32.add (call $answer) (i32.const 1))))
        (core instance $i (instantiate $m (with "" (instance (export "answer" (func $lowered))))))
        (func $more (result u32) (canon lift (core func $i "answer")))
        (instance $stage (export "answer" (func $more)))
        (export "EXPORT" (instance $stage)))"#;

    const STAGE: &str = "test:stage/stage@0.1.0";

    fn wrapped(import: &str, result: &str, export: &str) -> Result<Vec<u8>, String> {
        let outer =
            OUTER.replace("IMPORT", import).replace("RESULT", result).replace("EXPORT", export);
        wrap(&wat::parse_str(outer).unwrap(), &wat::parse_str(INNER).unwrap())
    }

    fn answer_of(component: &[u8]) -> u32 {
        let engine = crate::engine::engine().unwrap();
        let compiled = wasmtime::component::Component::new(&engine, component).unwrap();
        let mut store = wasmtime::Store::new(&engine, ());
        let linker = wasmtime::component::Linker::new(&engine);
        let instance = linker.instantiate(&mut store, &compiled).unwrap();
        let stage = instance.get_export_index(&mut store, None, STAGE).unwrap();
        let answer = instance.get_export_index(&mut store, Some(&stage), "answer").unwrap();
        let answer = instance.get_typed_func::<(), (u32,)>(&mut store, answer).unwrap();
        answer.call(&mut store, ()).unwrap().0
    }

    #[test]
    fn the_result_has_the_interface_of_what_is_wrapped_and_can_be_wrapped_again() {
        let once = wrapped(STAGE, "u32", STAGE).unwrap();
        assert_eq!(answer_of(&once), 43);
        let outer =
            OUTER.replace("IMPORT", STAGE).replace("RESULT", "u32").replace("EXPORT", STAGE);
        let twice = wrap(&wat::parse_str(outer).unwrap(), &once).unwrap();
        assert_eq!(answer_of(&twice), 44);
    }

    #[test]
    fn refuses_what_does_not_stand_before_the_other() {
        for (import, result, export, expected) in [
            ("test:other/stage@0.1.0", "u32", STAGE, "imports no interface"),
            (STAGE, "u32", "test:other/stage@0.1.0", "does not export it"),
            (STAGE, "s32", STAGE, "build both from the same `wit/`"),
        ] {
            let error = wrapped(import, result, export).unwrap_err();
            assert!(error.contains(expected), "{import} {result} {export}: {error}");
        }
        let error = wrap(b"no component", b"").unwrap_err();
        assert!(error.contains("it is no component"), "{error}");
    }
}
