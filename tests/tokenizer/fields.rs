//! Every field of the vendors' requests is in the table of fields.

use postern_dialect::segments::Means;
use std::fs;
use std::path::Path;

/// Names of the shapes' notation only, or of fields that the vendor does not read from requests.
const NOTATION: [&str; 1] = ["..."];

/// The fields of all shapes, with the file that has them.
fn fields() -> Vec<(String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/vendors");
    let mut fields = Vec::new();
    for vendor in fs::read_dir(folder).expect("vendors") {
        let vendor = vendor.expect("a vendor").path();
        let files = if vendor.is_dir() { fs::read_dir(vendor).ok() } else { None };
        for file in files.into_iter().flatten() {
            let path = file.expect("a file").path();
            if path.extension().is_some_and(|extension| extension == "shape") {
                let text = fs::read_to_string(&path).expect("a shape");
                fields.extend(of_shape(&text).map(|name| (path.display().to_string(), name)));
            }
        }
    }
    fields
}

/// A line of a shape is a field if it is indented and has a name and a type: `  name! type`. Values that select a shape
/// stand alone, or several in a line.
fn of_shape(text: &str) -> impl Iterator<Item = String> + '_ {
    text.lines().filter(|line| line.starts_with(' ')).filter_map(|line| {
        let (name, kind) = line.trim().split_once(' ')?;
        let is_kind = |word: &str| {
            word.starts_with(|first: char| first.is_ascii_uppercase() || "[{\"".contains(first))
                || ["text", "word", "int", "number", "bool", "any", "object", "base64", "bytes"]
                    .iter()
                    .any(|kind| word.starts_with(kind))
        };
        let name = name.trim_end_matches('!');
        (is_kind(kind) && !NOTATION.contains(&name)).then(|| name.to_owned())
    })
}

#[test]
fn every_field_of_a_vendors_request_is_listed_with_what_it_is() {
    let fields = fields();
    assert!(fields.len() > 200, "the shapes were not found: {}", fields.len());
    let unlisted: Vec<_> =
        fields.iter().filter(|(_, name)| Means::of_name(name).is_none()).collect();
    assert!(unlisted.is_empty(), "add to crates/dialect/src/segments/table.rs: {unlisted:#?}");
}

#[test]
fn an_unlisted_field_is_found() {
    let shape = "# a page\nChat\n  model! text\n  brand_new_field [Thing]\n";
    let names: Vec<_> = of_shape(shape).collect();
    assert_eq!(names, ["model", "brand_new_field"]);
    assert_eq!(Means::of_name("brand_new_field"), None);
}
