//! The positions of the members of a request and of its messages, for the splices that a vendor's quirks require.

use super::refusal::Refusal;
use super::{read, thoughts};
use crate::chat::Losses;
use crate::json::{Scanner, Type};
use crate::{Edit, Span, Vendor};
use std::borrow::Cow;

const DETAILS: &str = "reasoning_details";
const REFUSED: &str = "the vendor refuses it";

/// The prefix of another maker's seal: [`Sealed::into_text`](crate::chat::Sealed::into_text).
const ENVELOPE: &str = r#""postern."#;

const CAPS: [&str; 2] = ["max_tokens", "max_completion_tokens"];

#[derive(Debug, Default)]
pub(super) struct Outline<'a> {
    members: Vec<Member<'a>>,
    messages: Vec<Message<'a>>,
}

/// A member of an object.
#[derive(Debug)]
struct Member<'a> {
    name: Cow<'a, str>,
    /// The span of the key, including its quotes.
    key: Span,
    value: Span,
    text: &'a str,
}

#[derive(Debug, Default)]
struct Message<'a> {
    members: Vec<Member<'a>>,
}

impl<'a> Outline<'a> {
    /// Whether a splice can be necessary.
    pub fn is_needed(vendor: &Vendor, body: &str) -> bool {
        let quirks = &vendor.quirks;
        quirks.max_tokens_field.is_some()
            || quirks.no_developer_role
            || quirks.no_stream_options
            || !quirks.unsupported.is_empty()
            || body.contains(ENVELOPE)
    }

    pub fn read(body: &'a str) -> Result<Self, Refusal> {
        let mut scanner = Scanner::new(body);
        let mut outline = Outline::default();
        read::enter(&mut scanner)?;
        while let Some(key) = scanner.key()? {
            let name = key.decode().unwrap_or_default();
            let start = scanner.at();
            if name == "messages" && scanner.peek()? == Type::Array {
                outline.messages = read_messages(&mut scanner, body)?;
            } else {
                scanner.skip()?;
            }
            let value = Span::from(start..scanner.at());
            let text = value.of(body).unwrap_or_default();
            outline.members.push(Member { name, key: key.span(), value, text });
        }
        scanner.end()?;
        Ok(outline)
    }

    /// The splices, sorted within each object.
    pub fn edits(&self, vendor: &Vendor, losses: &mut Losses) -> Vec<Edit> {
        let mut edits = self.cap(vendor, losses);
        let renamed = edits.len();
        edits.extend(removals(&self.members, |member| {
            let gone = self.is_refused(member, vendor);
            if gone && member.says_something() && !self.is_spare_cap(member, vendor) {
                losses.add(member.name.as_ref(), REFUSED);
            }
            gone || self.is_spare_cap(member, vendor)
        }));
        // A key is not renamed if its member is removed.
        let gone: Vec<Span> = edits.iter().skip(renamed).map(|edit| edit.span).collect();
        let is_gone = |edit: &Edit| {
            gone.iter().any(|span| span.start <= edit.span.start && edit.span.end <= span.end)
        };
        let mut kept: Vec<Edit> = Vec::new();
        for (at, edit) in edits.into_iter().enumerate() {
            if at >= renamed || !is_gone(&edit) {
                kept.push(edit);
            }
        }
        for (index, message) in self.messages.iter().enumerate() {
            kept.extend(message.edits(index, vendor, losses));
        }
        kept
    }

    /// Whether the vendor refuses this member. The cap is never refused: it is what was reserved.
    fn is_refused(&self, member: &Member<'_>, vendor: &Vendor) -> bool {
        let quirks = &vendor.quirks;
        quirks.no_stream_options && member.name == "stream_options"
            || !is_cap(member) && quirks.unsupported.iter().any(|name| *name == member.name)
    }

    /// The cap that the vendor receives: if there are several, the one under the vendor's own name, if it has a value.
    fn chosen_cap(&self, own: &str) -> Option<&Member<'a>> {
        let mut caps = self.members.iter().filter(|member| is_cap(member));
        let said: Vec<_> = caps.clone().filter(|cap| cap.says_something()).collect();
        let of_own_name = said.iter().find(|cap| cap.name == own).copied();
        of_own_name.or(said.first().copied()).or_else(|| caps.next())
    }

    /// Whether this is a second cap, under the other name, for a vendor that has one name.
    fn is_spare_cap(&self, member: &Member<'_>, vendor: &Vendor) -> bool {
        let Some(own) = &vendor.quirks.max_tokens_field else { return false };
        let is_chosen = |chosen: &Member<'_>| chosen.key == member.key;
        is_cap(member) && !self.chosen_cap(own).is_some_and(is_chosen)
    }

    /// Renames the cap to the vendor's name for it.
    fn cap(&self, vendor: &Vendor, losses: &mut Losses) -> Vec<Edit> {
        let Some(own) = vendor.quirks.max_tokens_field.as_deref() else { return Vec::new() };
        let Some(chosen) = self.chosen_cap(own) else { return Vec::new() };
        for spare in self.members.iter().filter(|member| is_cap(member)) {
            if spare.says_something() && spare.text != chosen.text {
                losses.add(spare.name.as_ref(), "the vendor has one cap, and another was given");
            }
        }
        let renamed =
            || Edit { span: chosen.key, replacement: serde_json::Value::from(own).to_string() };
        (chosen.name != own).then(renamed).into_iter().collect()
    }
}

fn is_cap(member: &Member<'_>) -> bool {
    CAPS.contains(&member.name.as_ref())
}

impl Member<'_> {
    fn says_something(&self) -> bool {
        !matches!(self.text, "null" | "{}" | "[]")
    }
}

impl Message<'_> {
    fn edits(&self, index: usize, vendor: &Vendor, losses: &mut Losses) -> Vec<Edit> {
        let role = self.members.iter().find(|member| member.name == "role");
        let developer = |role: &&Member<'_>| {
            serde_json::from_str::<&str>(role.text).is_ok_and(|role| role == "developer")
        };
        let renamed = role.filter(|_| vendor.quirks.no_developer_role).filter(developer);
        let renamed =
            renamed.map(|role| Edit { span: role.value, replacement: "\"system\"".to_owned() });
        // Sealed thoughts go only to their maker, and so do their words.
        let foreign =
            |member: &Member<'_>| member.name == DETAILS && member.text.contains(ENVELOPE);
        let foreign = self.members.iter().any(foreign);
        let refuses = |name: &str| vendor.quirks.unsupported.iter().any(|field| field == name);
        let thoughts = [thoughts::CONTENT, thoughts::REASONING, DETAILS];
        let mut edits = removals(&self.members, |member| {
            let name = member.name.as_ref();
            let gone = thoughts.contains(&name) && (foreign || refuses(name));
            if gone && member.says_something() {
                let reason = if foreign { "thoughts of another maker" } else { REFUSED };
                losses.add(format!("messages[{index}].{name}"), reason);
            }
            gone
        });
        edits.extend(renamed);
        edits
    }
}

fn read_messages<'a>(
    scanner: &mut Scanner<'a>,
    body: &'a str,
) -> Result<Vec<Message<'a>>, Refusal> {
    let mut messages = Vec::new();
    scanner.array()?;
    while scanner.element()? {
        let mut message = Message::default();
        if scanner.peek()? != Type::Object {
            scanner.skip()?;
            messages.push(message);
            continue;
        }
        scanner.object()?;
        while let Some(key) = scanner.key()? {
            let value = scanner.skip()?;
            message.members.push(Member {
                name: key.decode().unwrap_or_default(),
                key: key.span(),
                value,
                text: value.of(body).unwrap_or_default(),
            });
        }
        messages.push(message);
    }
    Ok(messages)
}

/// The splices that remove members from an object, each with the comma that would be left.
fn removals(members: &[Member<'_>], mut is_gone: impl FnMut(&Member<'_>) -> bool) -> Vec<Edit> {
    let mut edits = Vec::new();
    let mut kept_one = false;
    let mut before: Option<&Member<'_>> = None;
    for (at, member) in members.iter().enumerate() {
        let gone = is_gone(member);
        if gone {
            let next = members.get(at + 1);
            let span = match (before, next) {
                (Some(before), _) if kept_one => {
                    Span { start: before.value.end, end: member.value.end }
                }
                (_, Some(next)) => Span { start: member.key.start, end: next.key.start },
                (_, None) => Span { start: member.key.start, end: member.value.end },
            };
            edits.push(Edit { span, replacement: String::new() });
        }
        kept_one |= !gone;
        before = Some(member);
    }
    edits
}
