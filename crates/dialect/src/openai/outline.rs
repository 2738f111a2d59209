//! The positions of the members of a request and of its messages, for the splices that a vendor's quirks require.

use super::members::{Member, Message, read_messages, removals};
use super::refusal::Refusal;
use super::system::{self, Merged};
use super::{read, thoughts};
use crate::chat::Losses;
use crate::json::{Scanner, Type};
use crate::{Edit, Span, Vendor};

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

impl<'a> Outline<'a> {
    /// Whether a splice can be necessary.
    pub fn is_needed(vendor: &Vendor, body: &str) -> bool {
        let quirks = &vendor.quirks;
        quirks.max_tokens_field.is_some()
            || quirks.no_developer_role
            || quirks.no_stream_options
            || quirks.single_system_message
            || !quirks.unsupported.is_empty()
            || !quirks.unsupported_in_messages.is_empty()
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
        let Merged { edits: merged, gone } = match vendor.quirks.single_system_message {
            true => system::merged(&self.messages, losses),
            false => Merged::default(),
        };
        for (index, message) in self.messages.iter().enumerate() {
            if !gone.contains(&index) {
                kept.extend(message.edits(index, vendor, losses));
            }
        }
        kept.extend(merged);
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
        let quirks = &vendor.quirks;
        let in_messages = |name: &str| quirks.unsupported_in_messages.iter().any(|one| one == name);
        let refuses =
            |name: &str| in_messages(name) || quirks.unsupported.iter().any(|field| field == name);
        let said = self.refused_words().filter(|_| in_messages("refusal"));
        let thoughts = [thoughts::CONTENT, thoughts::REASONING, DETAILS];
        let mut edits = removals(&self.members, |member| {
            let name = member.name.as_ref();
            if said.is_some_and(|said| said.key == member.key) {
                return false;
            }
            let spare = said.is_some() && name == "content";
            let thought = thoughts.contains(&name) && (foreign || refuses(name));
            let gone = spare || thought || in_messages(name);
            if gone && !spare && member.says_something() {
                let reason = if foreign { "thoughts of another maker" } else { REFUSED };
                losses.add(format!("messages[{index}].{name}"), reason);
            }
            gone
        });
        edits.extend(renamed);
        // The model's words when it refused stand where its other words do.
        edits.extend(
            said.map(|said| Edit { span: said.key, replacement: "\"content\"".to_owned() }),
        );
        edits
    }

    /// The words of a refusal beside no other content.
    fn refused_words(&self) -> Option<&Member<'_>> {
        let is_silent = |member: &Member<'_>| !member.says_something() || member.text == "\"\"";
        let refusal = self.member("refusal").filter(|refusal| !is_silent(refusal))?;
        self.member("content").is_none_or(is_silent).then_some(refusal)
    }
}
