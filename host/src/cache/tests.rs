use std::fs;

use super::*;

fn component() -> Component {
    Component { id: "app".to_owned(), ..Component::default() }
}

fn inputs(text: &str) -> Inputs {
    Inputs { component: wat::parse_str(text).unwrap(), dependencies: Vec::new() }
}

fn files(directory: &Path, extension: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path());
    entries.filter(|path| path.extension().is_some_and(|found| found == extension)).collect()
}

#[test]
fn the_same_component_is_compiled_once() {
    let (directory, engine) = (tempfile::tempdir().unwrap(), crate::engine::engine().unwrap());
    let cache = Cache::new(&directory.path().join("deep/cache"));
    for (text, anew) in
        [("(component)", true), ("(component)", false), ("(component (core module))", true)]
    {
        let (_, made) = cache.compiled(&engine, &component(), &inputs(text)).unwrap();
        assert_eq!(made, anew, "{text}");
    }
    assert_eq!(files(&directory.path().join("deep/cache"), "cwasm").len(), 2);
}

#[test]
fn a_damaged_entry_is_made_anew() {
    let (directory, engine) = (tempfile::tempdir().unwrap(), crate::engine::engine().unwrap());
    let cache = Cache::new(directory.path());
    let compile = || drop(cache.compiled(&engine, &component(), &inputs("(component)")).unwrap());
    compile();
    let entry = files(directory.path(), "cwasm").pop().unwrap();
    let good = fs::read(&entry).unwrap();
    type Damage<'d> = &'d dyn Fn(&mut Vec<u8>);
    let damages: [Damage; 3] = [
        &|bytes| bytes.truncate(bytes.len() / 2),
        &|bytes| bytes[good.len() / 3] ^= 1,
        &Vec::clear,
    ];
    for damage in damages {
        let mut bytes = good.clone();
        damage(&mut bytes);
        fs::remove_file(&entry).unwrap();
        fs::write(&entry, bytes).unwrap();
        compile();
        assert_eq!(fs::read(&entry).unwrap(), good);
    }
}

#[test]
fn an_entry_of_another_program_is_not_loaded() {
    let (directory, engine) = (tempfile::tempdir().unwrap(), crate::engine::engine().unwrap());
    let cache = Cache::new(directory.path());
    cache.compiled(&engine, &component(), &inputs("(component)")).unwrap();
    let entry = files(directory.path(), "cwasm").pop().unwrap();
    // Its digest is right, and still it is not a compiled component of this engine.
    write(&entry, b"\x7fELF of something else").unwrap();
    cache.compiled(&engine, &component(), &inputs("(component)")).unwrap();
}

#[test]
fn what_a_dependency_inherits_is_part_of_the_name() {
    let engine = crate::engine::engine().unwrap();
    let dependency = |inherits| crate::manifest::Dependency {
        name: "a:b".to_owned(),
        source: crate::manifest::DependencySource::Path("b.wasm".into()),
        export: None,
        inherits,
        written_at: 0..0,
    };
    let key_of = |inherits| {
        let component = Component { dependencies: vec![dependency(inherits)], ..component() };
        key(&engine, &component, &Inputs { component: Vec::new(), dependencies: vec![Vec::new()] })
    };
    let none = std::collections::BTreeSet::new();
    assert_ne!(key_of(none.clone()), key_of(crate::grants::Grant::all()));
    assert_eq!(key_of(none.clone()), key_of(none));
}

#[test]
fn a_folder_that_cannot_be_written_is_no_obstacle() {
    let (directory, engine) = (tempfile::tempdir().unwrap(), crate::engine::engine().unwrap());
    let file = directory.path().join("file");
    fs::write(&file, "").unwrap();
    Cache::new(&file).compiled(&engine, &component(), &inputs("(component)")).unwrap();
}
