//! Reads the notation. A mistake in it is a mistake in this crate: it panics.

use super::{Field, Fields, Kind, Shape};
use std::collections::HashMap;

pub(super) fn shapes(notation: &str) -> HashMap<String, Shape> {
    let mut shapes: HashMap<String, Shape> = HashMap::new();
    let mut current = String::new();
    for line in notation.lines().filter(|line| !line.trim().is_empty()) {
        let indentation = line.len() - line.trim_start().len();
        let words: Vec<&str> = line.split_whitespace().collect();
        if words[0].starts_with('#') {
            continue;
        }
        match indentation {
            0 => {
                current = words[0].to_owned();
                let known = shapes.insert(current.clone(), head(&words));
                assert!(known.is_none(), "{current} is there twice");
            }
            _ => add(shapes.get_mut(&current).expect("a shape"), indentation, &words),
        }
    }
    shapes
}

fn head(words: &[&str]) -> Shape {
    match words[1..] {
        [] => Shape::Record(Fields::default()),
        ["one"] => Shape::One(Fields::default()),
        ["by", tag] => by(tag, None),
        ["by", tag, "or", default] => by(tag, Some(default.to_owned())),
        _ => panic!("{words:?}"),
    }
}

fn by(tag: &str, default: Option<String>) -> Shape {
    Shape::By { tag: tag.to_owned(), default, variants: Vec::new() }
}

fn add(shape: &mut Shape, indentation: usize, words: &[&str]) {
    match (shape, indentation) {
        (Shape::Record(fields) | Shape::One(fields), 2) => field(fields, words),
        (Shape::By { variants, .. }, 2) => {
            let names = words.iter().map(|&word| word.to_owned()).collect();
            variants.push((names, Fields::default()));
        }
        (Shape::By { variants, .. }, 4) => {
            field(&mut variants.last_mut().expect("a variant").1, words);
        }
        _ => panic!("{words:?}"),
    }
}

fn field(fields: &mut Fields, words: &[&str]) {
    if words == ["..."] {
        fields.open = true;
        return;
    }
    let [name, kind] = words else { panic!("{words:?}") };
    let (name, demanded) = match name.strip_suffix('!') {
        Some(name) => (name, true),
        None => (*name, false),
    };
    fields.fields.push(Field { name: name.to_owned(), demanded, kind: read_kind(kind) });
}

fn read_kind(text: &str) -> Kind {
    let alternatives = alternatives(text);
    if alternatives.len() > 1 {
        return Kind::Either(alternatives.into_iter().map(read_kind).collect());
    }
    let inside = |open: char, close: &str| text.strip_prefix(open)?.strip_suffix(close);
    if let Some(of) = inside('[', "]+") {
        return Kind::List(Box::new(read_kind(of)), true);
    }
    if let Some(of) = inside('[', "]") {
        return Kind::List(Box::new(read_kind(of)), false);
    }
    if let Some(of) = inside('{', "}") {
        return Kind::Map(Box::new(read_kind(of)));
    }
    if let Some(literal) = inside('"', "\"") {
        return Kind::Literal(literal.to_owned());
    }
    let (name, bounds) = match text.split_once('(') {
        Some((name, bounds)) => (name, Some(read_bounds(bounds.trim_end_matches(')')))),
        None => (text, None),
    };
    match name {
        "any" => Kind::Any,
        "text" => Kind::Text,
        "word" => Kind::Word,
        "base64" => Kind::Base64,
        "bytes" => Kind::Bytes,
        "bool" => Kind::Bool,
        "object" => Kind::Object,
        "null" => Kind::Null,
        "int" => Kind::Integer(bounds),
        "number" => Kind::Number(bounds),
        named if named.starts_with(|first: char| first.is_ascii_uppercase()) => {
            Kind::Named(named.to_owned())
        }
        unknown => panic!("no type {unknown}"),
    }
}

fn read_bounds(text: &str) -> (f64, f64) {
    let (low, high) = text.split_once("..").expect("two bounds");
    let high = if high.is_empty() { f64::MAX } else { high.parse().expect("a bound") };
    (low.parse().expect("a bound"), high)
}

/// Between bars that stand in no brackets.
fn alternatives(text: &str) -> Vec<&str> {
    let (mut depth, mut start, mut found) = (0, 0, Vec::new());
    for (index, byte) in text.bytes().enumerate() {
        match byte {
            b'[' | b'{' | b'(' => depth += 1,
            b']' | b'}' | b')' => depth -= 1,
            b'|' if depth == 0 => {
                found.push(&text[start..index]);
                start = index + 1;
            }
            _ => {}
        }
    }
    found.push(&text[start..]);
    found
}
