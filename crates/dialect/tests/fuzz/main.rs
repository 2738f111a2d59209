//! The bodies of the fuzz targets (`fuzz/`), run with every fixture and with bytes made of them.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

#[path = "../../../../fuzz/src/lib.rs"]
mod bodies;

use bodies::BODIES;
use proptest::prelude::*;
use std::path::Path;
use std::{fs, io};

/// The fixtures of all dialects, each also as the data of a stream, an event a line.
fn corpus() -> Vec<Vec<u8>> {
    let mut corpus = Vec::new();
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("tests")];
    while let Some(folder) = folders.pop() {
        let entries: io::Result<Vec<_>> = fs::read_dir(folder).unwrap().collect();
        for path in entries.unwrap().into_iter().map(|entry| entry.path()) {
            match path.is_dir() {
                true => folders.push(path),
                false if is_fixture(&path) => corpus.push(fs::read(path).unwrap()),
                false => {}
            }
        }
    }
    assert!(corpus.len() > 10, "the fixtures were not found");
    corpus.sort();
    let streams = corpus.iter().map(|fixture| as_stream(fixture)).collect::<Vec<_>>();
    corpus.extend(streams);
    corpus
}

fn is_fixture(path: &Path) -> bool {
    let extension = path.extension().unwrap_or_default();
    ["json", "jsonl", "txt", "sse", "bin"].iter().any(|known| extension == *known)
}

fn as_stream(fixture: &[u8]) -> Vec<u8> {
    let lines = fixture.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
    lines.flat_map(|line| [b"data: ", line, b"\n\n"].concat()).collect()
}

fn run(data: &[u8]) {
    for (name, body) in BODIES {
        let ran = std::panic::catch_unwind(|| body(data));
        assert!(ran.is_ok(), "{name}: {}", String::from_utf8_lossy(data));
    }
}

#[test]
fn the_bodies_hold_for_every_fixture_however_it_is_cut() {
    for fixture in corpus() {
        for size in [1, 7, 255] {
            run(&[fixture.as_slice(), &[size]].concat());
        }
    }
}

/// A fixture with some bytes replaced, put in, taken out, or cut off.
fn broken_fixture() -> impl Strategy<Value = Vec<u8>> {
    let corpus = corpus();
    let mutation = (any::<prop::sample::Index>(), any::<prop::sample::Index>(), 0..4);
    let bytes: &[u8] = b"{}[]\":,\\u0d8\x00\x1f\n\rte-.9 \xc3\xa9";
    (0..corpus.len(), any::<u8>(), prop::collection::vec(mutation, 0..4)).prop_map(
        move |(fixture, size, mutations)| {
            let mut data = corpus[fixture].clone();
            for (at, byte, how) in mutations {
                let (at, byte) = (at.index(data.len().max(1)), bytes[byte.index(bytes.len())]);
                match how {
                    0 if at < data.len() => data[at] = byte,
                    1 if at < data.len() => drop(data.remove(at)),
                    2 => data.truncate(at),
                    _ => data.insert(at.min(data.len()), byte),
                }
            }
            data.push(size);
            data
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, ..ProptestConfig::default() })]

    #[test]
    fn the_bodies_hold_for_broken_fixtures(data in broken_fixture()) {
        run(&data);
    }

    #[test]
    fn the_bodies_hold_for_any_bytes(data in prop::collection::vec(any::<u8>(), 0..200)) {
        run(&data);
    }
}
