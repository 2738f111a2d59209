//! Walks a body once and looks up every field that is not opaque.

use super::endpoint::Endpoint;
use super::fields::{self, Does};
use super::kinds;
use super::{MAX_IDS, Needs, Use};
use crate::json::{Scanner, Type};
use crate::openai::read;
use crate::openai::refusal::Refusal;
use postern_fault::shown;
use std::borrow::Cow;

/// Values that switch a field off.
const SILENT: [&str; 6] = ["null", "false", "0", "\"\"", "\"none\"", "\"auto\""];

/// Members that hold an item's content, so that it is not a mere reference.
const HOLDS: [&str; 5] = ["role", "content", "encrypted_content", "result", "text"];
const EMPTY: [&str; 4] = ["null", "\"\"", "[]", "{}"];

/// Places that are read with the account's credential. Google's own files have a URL on its host.
const STORES: [&str; 3] = ["gs://", "s3://", "files/"];
const FILES_OF_GOOGLE: &str = "generativelanguage.googleapis.com/";

pub(super) fn needs(endpoint: Endpoint, body: &str) -> Result<Needs, Refusal> {
    let mut scanner = Scanner::new(body);
    let mut walk = Walk { endpoint, body, path: Vec::new(), needs: Needs::default() };
    if scanner.peek()? != Type::Object {
        read::enter(&mut scanner)?;
    }
    walk.object(&mut scanner, true, false)?;
    scanner.end()?;
    Ok(walk.needs)
}

struct Walk<'a> {
    endpoint: Endpoint,
    body: &'a str,
    /// The path from the top to the current value.
    path: Vec<Step<'a>>,
    needs: Needs,
}

/// One step of a path.
enum Step<'a> {
    Member(Cow<'a, str>),
    Element(usize),
}

/// The members of an object that together say what it is.
#[derive(Default)]
struct Item {
    /// The values of its `type`s: vendors differ in which of two duplicates they take.
    kinds: Vec<String>,
    ids: Vec<String>,
    skills: Vec<String>,
    /// It holds its content and is not a mere reference.
    is_whole: bool,
    /// It holds its encrypted thought.
    is_sealed: bool,
}

impl<'a> Walk<'a> {
    /// `is_named`: the object's `id` names what it stands for.
    fn object(
        &mut self,
        scanner: &mut Scanner<'a>,
        is_top: bool,
        is_named: bool,
    ) -> Result<(), Refusal> {
        scanner.object()?;
        let mut item = Item::default();
        while let Some(key) = scanner.key()? {
            let key = key.decode().unwrap_or_default();
            let next = scanner.peek()?;
            self.path.push(Step::Member(key.clone()));
            match (key.as_ref(), next) {
                ("type", Type::String) if !is_top => {
                    let kind = scanner.string()?.decode().unwrap_or_default();
                    self.needs.uses.extend(kinds::uses(&kind));
                    item.kinds.push(kind.into_owned());
                }
                ("id", Type::String) if !is_top => item.ids.extend(string(scanner)?),
                ("skill_id", Type::String) => item.skills.extend(string(scanner)?),
                (key, _) => {
                    let start = scanner.at();
                    let does = match is_top {
                        true => fields::at_top(self.endpoint, key),
                        false => fields::within(key),
                    };
                    self.field(does, scanner)?;
                    if HOLDS.contains(&key) && !EMPTY.contains(&self.text(start, scanner)) {
                        item.is_whole = true;
                        item.is_sealed |= key == "encrypted_content";
                    }
                }
            }
            self.path.pop();
        }
        self.close(item, is_named);
        Ok(())
    }

    /// Evaluates what the members of an object name together.
    fn close(&mut self, item: Item, is_named: bool) {
        let names_itself = is_named || self.refers(&item);
        // Anthropic's own skills are public.
        let is_of_anthropic =
            item.kinds.first().is_some_and(|kind| kind == "anthropic") && item.kinds.len() == 1;
        for skill in item.skills.into_iter().filter(|_| !is_of_anthropic) {
            self.names(Some(skill), Some("skill_id"));
        }
        for id in item.ids.into_iter().filter(|_| names_itself) {
            self.names(Some(id), Some("id"));
        }
    }

    /// Whether this is an item of Responses that only gives its id, so that the vendor looks up the rest.
    fn refers(&mut self, item: &Item) -> bool {
        if self.endpoint != Endpoint::Responses || item.ids.is_empty() {
            return false;
        }
        let is = |kinds: &[&str]| item.kinds.iter().any(|kind| kinds.contains(&kind.as_str()));
        let holds_itself =
            item.kinds.is_empty() || is(&["reasoning", "image_generation_call", "compaction"]);
        let refers = is(&["item_reference"]) || (holds_itself && !item.is_whole);
        if refers {
            self.needs.uses.insert(Use::KeepState);
        }
        // The visible words of a thought do not replace the thought itself, which the vendor may still look up.
        refers || (is(&["reasoning"]) && !item.is_sealed)
    }

    /// The text from `start` to the scanner's position.
    fn text(&self, start: usize, scanner: &Scanner<'_>) -> &'a str {
        self.body.get(start..scanner.at()).unwrap_or_default().trim()
    }

    fn field(&mut self, does: Does, scanner: &mut Scanner<'a>) -> Result<(), Refusal> {
        match does {
            Does::Talk => {
                scanner.skip()?;
            }
            Does::Contain => self.value(scanner, false)?,
            Does::Need(uses) => self.needed(uses, scanner, false)?,
            Does::Name(uses) => match scanner.peek()? {
                Type::String => {
                    self.needs.uses.extend(uses);
                    let id = string(scanner)?;
                    self.names(id, None);
                }
                _ => self.needed(uses, scanner, true)?,
            },
            Does::Identify(uses) => self.needed(uses, scanner, true)?,
            Does::Place => self.place(scanner)?,
            Does::Modalities => self.modalities(scanner)?,
        }
        Ok(())
    }

    /// Reads a field that has these effects, unless it is empty or off.
    fn needed(
        &mut self,
        uses: &[Use],
        scanner: &mut Scanner<'a>,
        is_named: bool,
    ) -> Result<(), Refusal> {
        let start = scanner.at();
        match scanner.peek()? {
            Type::String => self.place(scanner)?,
            _ => self.value(scanner, is_named)?,
        }
        let text = self.text(start, scanner);
        let inside = text.strip_prefix('[').and_then(|text| text.strip_suffix(']'));
        let is_empty = inside.is_some_and(|inside| inside.trim().is_empty());
        if !is_empty && !SILENT.contains(&text) {
            self.needs.uses.extend(uses);
        }
        Ok(())
    }

    fn value(&mut self, scanner: &mut Scanner<'a>, is_named: bool) -> Result<(), Refusal> {
        match scanner.peek()? {
            Type::Object => self.object(scanner, false, is_named),
            Type::Array => {
                scanner.array()?;
                let mut index = 0;
                while scanner.element()? {
                    self.path.push(Step::Element(index));
                    match scanner.peek()? {
                        Type::String if is_named => {
                            let id = string(scanner)?;
                            self.names(id, None);
                        }
                        _ => self.value(scanner, is_named)?,
                    }
                    self.path.pop();
                    index += 1;
                }
                Ok(())
            }
            _ => {
                scanner.skip()?;
                Ok(())
            }
        }
    }

    /// Reads a place. One that only the account can read is an object of the account.
    fn place(&mut self, scanner: &mut Scanner<'a>) -> Result<(), Refusal> {
        if scanner.peek()? != Type::String {
            return self.value(scanner, false);
        }
        // Pictures can stand here as well, so only the beginning is examined before anything is copied.
        let text = scanner.string()?;
        let head = text.inside().of(self.body).unwrap_or_default();
        if head.starts_with("data:") {
            return Ok(());
        }
        let place = text.decode().unwrap_or_default();
        let is_of_google = || place.starts_with("http") && place.contains(FILES_OF_GOOGLE);
        if STORES.iter().any(|store| place.starts_with(store)) || is_of_google() {
            self.names(Some(place.into_owned()), None);
        }
        Ok(())
    }

    /// Notes the id of an object of the account, which stands here or in this member.
    fn names(&mut self, id: Option<String>, member: Option<&str>) {
        let Some(id) = id.filter(|_| self.needs.ids.len() <= MAX_IDS) else { return };
        let path = self.path(member);
        self.needs.ids.entry(id).or_insert(path);
    }

    /// The current path, as refusals name a field: `input[2].content[0].file_id`.
    fn path(&self, member: Option<&str>) -> String {
        let mut path = String::new();
        for step in &self.path {
            match step {
                Step::Member(name) if path.is_empty() => path.push_str(&shown(name)),
                Step::Member(name) => path.extend([".", &shown(name)]),
                Step::Element(index) => path.push_str(&format!("[{index}]")),
            }
        }
        path.extend(member.iter().flat_map(|member| [".", member]));
        path
    }

    /// Reads the modalities of the answer besides text.
    fn modalities(&mut self, scanner: &mut Scanner<'a>) -> Result<(), Refusal> {
        match scanner.peek()? {
            Type::String => {
                let modality = string(scanner)?.unwrap_or_default().to_ascii_lowercase();
                self.needs.uses.extend(match modality.as_str() {
                    "text" => None,
                    "audio" | "speech" => Some(Use::ReceiveAudio),
                    _ => Some(Use::GenerateImages),
                });
                Ok(())
            }
            Type::Array => {
                scanner.array()?;
                while scanner.element()? {
                    self.modalities(scanner)?;
                }
                Ok(())
            }
            _ => self.value(scanner, false),
        }
    }
}

fn string(scanner: &mut Scanner<'_>) -> Result<Option<String>, Refusal> {
    let text = scanner.string()?.decode().unwrap_or_default().into_owned();
    Ok((!text.is_empty()).then_some(text))
}
