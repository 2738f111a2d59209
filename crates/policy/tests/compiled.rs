//! Compiled policies are what their files say, or are not used.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may panic")]

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::{Arc, Mutex};

use postern_policy::{
    COMPILED_FILE, CONSUMERS_FILE, Catalogue, Compiled, Consumers, Folder, MODELS_FILE,
    ROUTES_FILE, Source, Unused, check_all, compile,
};

/// A folder in memory: the content of each file, and its time.
#[derive(Clone, Default)]
struct Files {
    files: Arc<BTreeMap<String, (Vec<u8>, u64)>>,
    /// The bytes that were read of the compiled file.
    read: Arc<Mutex<usize>>,
}

impl Folder for Files {
    fn compiled(&self, offset: u64, bytes: usize) -> Vec<u8> {
        let Some((content, _)) = self.files.get(COMPILED_FILE) else { return Vec::new() };
        let rest = content.get(usize::try_from(offset).unwrap()..).unwrap_or_default();
        let part = rest.get(..bytes).unwrap_or(rest);
        *self.read.lock().unwrap() += part.len();
        part.to_vec()
    }

    fn stat(&self, file: &str) -> Option<(u64, u64)> {
        self.files.get(file).map(|(content, modified_ns)| (content.len() as u64, *modified_ns))
    }

    fn content(&self, file: &str) -> Option<Vec<u8>> {
        self.files.get(file).map(|(content, _)| content.clone())
    }
}

const NAMES: [&str; 3] = [CONSUMERS_FILE, MODELS_FILE, ROUTES_FILE];

fn files(texts: [&str; 3]) -> Files {
    let file = |(name, text): (&str, &str)| (name.to_owned(), (text.as_bytes().to_vec(), 7));
    let files = NAMES.into_iter().zip(texts).filter(|(_, text)| !text.is_empty()).map(file);
    Files { files: Arc::new(files.collect()), ..Files::default() }
}

fn with(files: &Files, name: &str, content: &[u8], modified_ns: u64) -> Files {
    let mut changed = (*files.files).clone();
    changed.insert(name.to_owned(), (content.to_vec(), modified_ns));
    Files { files: Arc::new(changed), ..Files::default() }
}

fn compiled(files: &Files, outlives_its_files: bool) -> Vec<u8> {
    let text =
        |file: &str| Ok(files.content(file).map(|content| String::from_utf8(content).unwrap()));
    let policies = check_all(text).unwrap();
    let source = |(name, (content, modified_ns)): (&String, &(Vec<u8>, u64))| {
        Source::new(name, *modified_ns, content)
    };
    let sources = files.files.iter().map(source).collect();
    compile(&policies, sources, outlives_its_files).unwrap()
}

fn shipped(file: &str) -> String {
    let folder = format!("{}/../../policies", env!("CARGO_MANIFEST_DIR"));
    std::fs::read_to_string(format!("{folder}/{file}")).unwrap()
}

fn shipped_files() -> Files {
    let texts = NAMES.map(shipped);
    // References to other files are not what is tested here.
    files([CONSUMERS, &texts[1], &texts[2]])
}

const CONSUMERS: &str = r#"
[[consumer]]
name = "first"
tenant = "acme"
models = ["*"]
regions = ["eu"]
ip_ranges = ["10.0.0.0/8"]

[[consumer.key]]
id = "ci"
sha256 = "ab00000000000000000000000000000000000000000000000000000000000000"
expires_at = 2027-01-01T00:00:00Z

[[consumer]]
name = "second"
models = ["gpt-*"]
"#;

/// A folder whose policies are compiled.
fn whole() -> Files {
    let files = shipped_files();
    with(&files, COMPILED_FILE, &compiled(&files, false), 9)
}

fn open(files: &Files) -> Compiled<Files> {
    Compiled::open(files.clone()).ok().unwrap()
}

#[test]
fn models_and_aliases_are_those_of_the_files() {
    let files = whole();
    let (models, routes) = (shipped(MODELS_FILE), shipped(ROUTES_FILE));
    let read = Catalogue::from_toml(&models, Some(&routes)).unwrap();
    let found = open(&files).catalogue(Some(&routes)).unwrap().unwrap();
    assert_eq!(format!("{found:?}"), format!("{read:?}"));
    let shared = |catalogue: &Catalogue| {
        catalogue.models().flat_map(|model| &model.deployments).all(|deployment| {
            let named = catalogue.provider(&deployment.provider.name).unwrap();
            Arc::ptr_eq(named, &deployment.provider)
        })
    };
    assert!(shared(&found), "a provider is there once");
}

#[test]
fn consumers_and_keys_are_those_of_the_file() {
    let read = Consumers::from_toml(CONSUMERS).unwrap();
    let found = open(&whole()).consumers().ok().unwrap();
    for name in ["first", "second", "", "third", "ci"] {
        assert_eq!(found.by_name(name), read.by_name(name), "{name}");
    }
    let hash = format!("ab{}", "0".repeat(62));
    assert!(found.key_by_sha256(&hash).unwrap().is_some());
    for sha256 in [hash.as_str(), "first", "", &"0".repeat(64)] {
        assert_eq!(found.key_by_sha256(sha256), read.key_by_sha256(sha256), "{sha256}");
    }
    assert!(found.have_tenants() && read.have_tenants());
}

#[test]
fn one_of_many_consumers_is_read_and_no_other() {
    let mut text = String::new();
    for number in 0..5_000 {
        write!(
            text,
            "[[consumer]]\nname = \"c{number}\"\nmodels = [\"*\"]\n[[consumer.key]]\nid = \"k{number}\"\nsha256 = \"{number:064x}\"\n"
        )
        .unwrap();
    }
    let files = files([&text, &shipped(MODELS_FILE), ""]);
    let files = with(&files, COMPILED_FILE, &compiled(&files, false), 9);
    let found = open(&files).consumers().ok().unwrap();
    let read = Consumers::from_toml(&text).unwrap();
    let before = *files.read.lock().unwrap();
    for number in (0..5_000).step_by(97) {
        let (name, sha256) = (format!("c{number}"), format!("{number:064x}"));
        assert_eq!(found.by_name(&name), read.by_name(&name));
        assert_eq!(found.key_by_sha256(&sha256), read.key_by_sha256(&sha256));
    }
    let looked_up = 2 * 5_000_usize.div_ceil(97);
    let bytes = *files.read.lock().unwrap() - before;
    assert!(bytes / looked_up < 8 * 1024, "{} bytes each", bytes / looked_up);
    assert!(before < 8 * 1024, "{before} bytes before the first");
}

/// What is wrong, the folder with it, and what is said.
#[test]
fn what_is_wrong_is_not_used() {
    let files = whole();
    let (content, _) = files.files[COMPILED_FILE].clone();
    let changed = |at: usize| {
        let mut content = content.clone();
        content[at] ^= 1;
        with(&files, COMPILED_FILE, &content, 9)
    };
    let half = |part: usize| with(&files, COMPILED_FILE, &content[..part], 9);
    let models = shipped(MODELS_FILE);
    let edited = models.replacen("128_000", "128_001", 1);
    let cases = [
        ("absent", shipped_files(), Unused::Absent),
        ("empty", half(0), Unused::Absent),
        ("a few bytes", half(10), Unused::Damaged),
        ("half a header", half(100), Unused::Damaged),
        ("half a file", half(content.len() / 2), Unused::Damaged),
        ("all but the last byte", half(content.len() - 1), Unused::Damaged),
        ("other magic", changed(0), Unused::Damaged),
        ("another length", changed(8), Unused::Damaged),
        ("another digest of the header", changed(16), Unused::Damaged),
        ("a changed header", changed(60), Unused::Damaged),
        ("a changed last byte", changed(content.len() - 1), Unused::Damaged),
        ("an edit of the same size", with(&files, MODELS_FILE, edited.as_bytes(), 8), stale()),
        ("a longer file", with(&files, MODELS_FILE, format!("{models}\n").as_bytes(), 7), stale()),
        ("text", with(&files, COMPILED_FILE, models.as_bytes(), 9), Unused::Damaged),
    ];
    assert_eq!(models.len(), edited.len());
    for (what, files, expected) in cases {
        let used = Compiled::open(files.clone()).and_then(|compiled| {
            compiled.is_of(&[MODELS_FILE, CONSUMERS_FILE])?;
            compiled.catalogue(None)?.unwrap();
            compiled.consumers().map(drop)
        });
        assert_eq!(used, Err(expected), "{what}");
    }
}

fn stale() -> Unused {
    Unused::Stale(MODELS_FILE.to_owned())
}

#[test]
fn any_changed_byte_is_seen_or_changes_nothing() {
    let files = whole();
    let read = Catalogue::from_toml(&shipped(MODELS_FILE), None).unwrap();
    let read = format!("{read:?}");
    let (content, _) = files.files[COMPILED_FILE].clone();
    for at in (0..content.len()).step_by(131) {
        let mut content = content.clone();
        content[at] = content[at].wrapping_add(1);
        let files = with(&files, COMPILED_FILE, &content, 9);
        let Ok(compiled) = Compiled::open(files) else { continue };
        let Ok(catalogue) = compiled.catalogue(None) else { continue };
        assert_eq!(format!("{:?}", catalogue.unwrap()), read, "byte {at}");
    }
}

#[test]
fn a_copy_with_other_times_is_as_good() {
    let files = whole();
    let models = shipped(MODELS_FILE);
    let copied = with(&files, MODELS_FILE, models.as_bytes(), 1_000);
    assert_eq!(open(&copied).is_of(&[MODELS_FILE, CONSUMERS_FILE]), Ok(()));
}

#[test]
fn a_time_that_all_versions_have_is_not_believed() {
    let models = shipped(MODELS_FILE);
    let edited = models.replacen("128_000", "128_001", 1);
    // The time of both versions, and whether the edited one is seen.
    for (modified_ns, is_seen) in [(7, false), (0, true), (1_788_220_800_000_000_000, true)] {
        let files = with(&shipped_files(), MODELS_FILE, models.as_bytes(), modified_ns);
        let files = with(&files, COMPILED_FILE, &compiled(&files, false), 9);
        assert_eq!(open(&files).is_of(&[MODELS_FILE]), Ok(()), "{modified_ns}");
        let edited = with(&files, MODELS_FILE, edited.as_bytes(), modified_ns);
        let expected = if is_seen { Err(stale()) } else { Ok(()) };
        assert_eq!(open(&edited).is_of(&[MODELS_FILE]), expected, "{modified_ns}");
    }
}

#[test]
fn a_file_that_has_appeared_or_gone_is_a_change() {
    let files = whole();
    let mut without = (*files.files).clone();
    without.remove(ROUTES_FILE);
    let without = Files { files: Arc::new(without), ..Files::default() };
    let gone = open(&without).is_of(&[ROUTES_FILE]);
    assert_eq!(gone, Err(Unused::Stale(ROUTES_FILE.to_owned())));
    let appeared = with(&files, "plans.toml", b"", 7);
    let appeared = open(&appeared).is_of(&["plans.toml"]);
    assert_eq!(appeared, Err(Unused::Stale("plans.toml".to_owned())));
    assert_eq!(open(&files).is_of(&["plans.toml"]), Ok(()), "absent then and now");
}

#[test]
fn whether_they_outlive_their_files_is_said_by_who_compiles() {
    let files = shipped_files();
    for outlives in [false, true] {
        let bytes = compiled(&files, outlives);
        assert_eq!(open(&with(&files, COMPILED_FILE, &bytes, 9)).outlives_its_files(), outlives);
    }
}

/// Consumers that take more than what is read at once.
fn many_consumers() -> String {
    let mut text = String::from(CONSUMERS);
    for number in 0..1_500 {
        write!(text, "[[consumer]]\nname = \"c{number}\"\nmodels = [\"*\"]\n").unwrap();
    }
    text
}

#[test]
fn where_any_part_of_consumers_is_damaged_the_file_is_read_or_nothing_is_known() {
    let text = many_consumers();
    let many = with(&shipped_files(), CONSUMERS_FILE, text.as_bytes(), 7);
    let bytes = compiled(&many, false);
    let without_file = with(&many, CONSUMERS_FILE, b"no policy", 7);
    let read = Consumers::from_toml(&text).unwrap();
    let names: Vec<_> = (0..1_500).step_by(15).map(|number| format!("c{number}")).collect();
    let mut unreadable = 0;
    for from in (0..bytes.len()).step_by(2_048) {
        let mut damaged = bytes.clone();
        let to = damaged.len().min(from + 2_048);
        damaged[from..to].fill(0);
        let opened = |files: &Files| {
            let found = Compiled::open(with(files, COMPILED_FILE, &damaged, 9));
            found.and_then(Compiled::consumers).ok()
        };
        let (Some(found), Some(alone)) = (opened(&many), opened(&without_file)) else { continue };
        for name in &names {
            let expected = read.by_name(name);
            assert_eq!(found.by_name(name), expected, "{name}, damaged from {from}");
            match alone.by_name(name) {
                Err(_) => unreadable += 1,
                known => assert_eq!(known, expected, "{name}, damaged from {from}"),
            }
        }
    }
    assert!(unreadable > names.len(), "each is in a part that was damaged: {unreadable}");
}

#[test]
fn where_a_group_has_the_place_of_another_nothing_is_known() {
    let text = many_consumers();
    let many = with(&shipped_files(), CONSUMERS_FILE, text.as_bytes(), 7);
    let bytes = compiled(&many, false);
    // The first places: of entry 0, and of some entry after it.
    let begin = (0..bytes.len() - 32)
        .find(|at| {
            let number = |at: usize| u64::from_le_bytes(bytes[at..at + 8].try_into().unwrap());
            number(*at) == 0 && (40..100).contains(&number(at + 16)) && number(at + 8) > 1 << 32
        })
        .unwrap();
    let mut damaged = bytes.clone();
    damaged.copy_within(begin + 16..begin + 48, begin);
    let files = with(&many, CONSUMERS_FILE, b"no policy", 7);
    let found = Compiled::open(with(&files, COMPILED_FILE, &damaged, 9)).ok().unwrap();
    let (found, read) = (found.consumers().ok().unwrap(), Consumers::from_toml(&text).unwrap());
    let names = (0..1_500).map(|number| format!("c{number}"));
    let unknown = names.filter(|name| match found.by_name(name) {
        Err(_) => true,
        known => {
            assert_eq!(known, read.by_name(name), "{name}");
            false
        }
    });
    assert!(unknown.count() > 0);
}
