//! Walks through a body once, and looks up every field that is not opaque.

use super::fields::{self, Does};
use super::kinds;
use super::{Endpoint, Needs, Use};
use crate::json::{Scanner, Type};
use crate::openai::read;
use crate::openai::refusal::Refusal;

/// What says that something is not wanted.
const SILENT: [&str; 6] = ["null", "false", "0", "\"\"", "\"none\"", "\"auto\""];

/// Places that are read with the credential of the account. Google's own files have a URL of its host.
const STORES: [&str; 3] = ["gs://", "s3://", "files/"];
const FILES_OF_GOOGLE: &str = "generativelanguage.googleapis.com/";

pub(super) fn needs(endpoint: Endpoint, body: &str) -> Result<Needs, Refusal> {
    let mut scanner = Scanner::new(body);
    let mut walk = Walk { endpoint, body, needs: Needs::default() };
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
    needs: Needs,
}

/// What the members of an object say of it together.
#[derive(Default)]
struct Item {
    kind: Option<String>,
    id: Option<String>,
    skill: Option<String>,
    /// It holds what it is of, and does not only refer to it.
    is_whole: bool,
}

impl<'a> Walk<'a> {
    /// `is_named`: the object stands for what its `id` names.
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
            match (key.as_ref(), scanner.peek()?) {
                ("type", Type::String) if !is_top => {
                    let kind = scanner.string()?.decode().unwrap_or_default();
                    self.needs.uses.extend(kinds::uses(&kind));
                    item.kind = Some(kind.into_owned());
                }
                ("id", Type::String) if !is_top => item.id = string(scanner)?,
                ("skill_id", Type::String) => item.skill = string(scanner)?,
                (key, next) => {
                    let holds = ["role", "content", "encrypted_content", "result", "text"];
                    item.is_whole |= next != Type::Null && holds.contains(&key);
                    let does = match is_top {
                        true => fields::at_top(self.endpoint, key),
                        false => fields::within(key),
                    };
                    self.field(does, scanner)?;
                }
            }
        }
        // Anthropic's own skills are everybody's.
        if item.kind.as_deref() != Some("anthropic") {
            self.needs.ids.extend(item.skill.take());
        }
        if is_named || self.refers(&item) {
            self.needs.ids.extend(item.id);
        }
        Ok(())
    }

    /// An item of Responses that only says which one it is: the vendor looks the rest up.
    fn refers(&mut self, item: &Item) -> bool {
        if self.endpoint != Endpoint::Responses || item.id.is_none() {
            return false;
        }
        let refers = match item.kind.as_deref() {
            Some("item_reference") => true,
            None | Some("reasoning" | "image_generation_call" | "compaction") => !item.is_whole,
            _ => false,
        };
        if refers {
            self.needs.uses.insert(Use::KeepState);
        }
        refers
    }

    fn field(&mut self, does: Does, scanner: &mut Scanner<'a>) -> Result<(), Refusal> {
        match does {
            Does::Talk => {
                scanner.skip()?;
            }
            Does::Hold => self.value(scanner, false)?,
            Does::Need(uses) => self.needed(uses, scanner, false)?,
            Does::Name(uses) => match scanner.peek()? {
                Type::String => {
                    self.needs.uses.extend(uses);
                    self.needs.ids.extend(string(scanner)?);
                }
                _ => self.needed(uses, scanner, true)?,
            },
            Does::Identify(uses) => self.needed(uses, scanner, true)?,
            Does::Place => self.place(scanner)?,
            Does::Modalities => self.modalities(scanner)?,
        }
        Ok(())
    }

    /// A field that needs these, if it says anything.
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
        let text = self.body.get(start..scanner.at()).unwrap_or_default().trim();
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
                while scanner.element()? {
                    match scanner.peek()? {
                        Type::String if is_named => self.needs.ids.extend(string(scanner)?),
                        _ => self.value(scanner, is_named)?,
                    }
                }
                Ok(())
            }
            _ => {
                scanner.skip()?;
                Ok(())
            }
        }
    }

    /// A place that only the account can read is one of its things.
    fn place(&mut self, scanner: &mut Scanner<'a>) -> Result<(), Refusal> {
        if scanner.peek()? != Type::String {
            return self.value(scanner, false);
        }
        // Pictures are written here as well: only the beginning is looked at before anything is copied.
        let text = scanner.string()?;
        let head = text.inside().of(self.body).unwrap_or_default();
        if head.starts_with("data:") {
            return Ok(());
        }
        let place = text.decode().unwrap_or_default();
        let is_of_google = || place.starts_with("http") && place.contains(FILES_OF_GOOGLE);
        if STORES.iter().any(|store| place.starts_with(store)) || is_of_google() {
            self.needs.ids.insert(place.into_owned());
        }
        Ok(())
    }

    /// What the answer is to be made of, beside text.
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
