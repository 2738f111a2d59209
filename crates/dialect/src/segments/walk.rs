//! Walks members that no reader looks into, by the names of their fields. The scanner's depth bounds the recursion.

use super::means::Means;
use super::{Around, Beside, Found, Kept};
use crate::json::{Error, Scanner, Text, Type};
use crate::{Role, SegmentKind, Span};

/// The least depth of a speaker's `name`: the outermost object is 1, its messages are 2, and a message is 3.
const NAMED_DEPTH: u32 = 3;

impl Found {
    /// Walks the value of a member that no reader looks into.
    pub fn member(
        &mut self,
        scanner: &mut Scanner<'_>,
        key: &Text<'_>,
        around: Around,
        beside: &mut Beside,
    ) -> Result<(), Error> {
        let means = Means::of_member(&key.decode().unwrap_or_default(), scanner.depth());
        self.value(scanner, means, around, beside)
    }

    /// Walks a value without a name, in a place for texts.
    pub fn any(&mut self, scanner: &mut Scanner<'_>) -> Result<(), Error> {
        self.value(scanner, Means::Inherits, Around::USER, &mut Beside::default())
    }

    /// Reads one or several prompts in tokens.
    pub fn tokens(&mut self, scanner: &mut Scanner<'_>) -> Result<(), Error> {
        self.value(scanner, Means::TokenIds, Around::USER, &mut Beside::default())
    }

    /// Walks the members of an object.
    pub(super) fn object(
        &mut self,
        scanner: &mut Scanner<'_>,
        around: Around,
    ) -> Result<(), Error> {
        scanner.object()?;
        let mut beside = Beside::default();
        while let Some(key) = scanner.key()? {
            self.member(scanner, &key, around, &mut beside)?;
        }
        beside.close(self);
        Ok(())
    }

    fn value(
        &mut self,
        scanner: &mut Scanner<'_>,
        means: Means,
        around: Around,
        beside: &mut Beside,
    ) -> Result<(), Error> {
        let next = scanner.peek()?;
        match (next, means) {
            (Type::String, _) => {
                let text = scanner.string()?;
                self.string_value(&text, means, scanner.depth(), around, beside);
            }
            (Type::Object | Type::Array, Means::Setting | Means::Type | Means::Id) => {
                scanner.skip()?;
            }
            (Type::Object | Type::Array, Means::Metadata) => self.metadata(scanner)?,
            (Type::Object | Type::Array, Means::Whole(_) | Means::Tools | Means::Prediction)
            | (Type::Object, Means::Reference) => self.whole(scanner, means, around)?,
            (Type::Object, Means::TokenIds) if scanner.depth() == 1 => {
                self.kept(scanner, around)?;
            }
            (Type::Object, _) => self.object(scanner, around.within(means))?,
            (Type::Array, _) => self.array(scanner, means.of_elements(), around.within(means))?,
            _ => drop(scanner.skip()?),
        }
        Ok(())
    }

    fn string_value(
        &mut self,
        text: &Text<'_>,
        means: Means,
        depth: u32,
        around: Around,
        beside: &mut Beside,
    ) {
        let kind = match means {
            Means::Type => return self.type_value(text),
            Means::Detail => return beside.detail(&text.decode().unwrap_or_default()),
            Means::Name if depth < NAMED_DEPTH => Some(SegmentKind::Metadata),
            means => around.kind_of(means),
        };
        let Some(kind) = kind else { return };
        if matches!(means, Means::Picture | Means::Bytes) {
            beside.picture(self.segments.len());
        }
        self.string(kind, around.role_of(kind), text.inside());
    }

    /// Reads an object's type: a reference to an earlier item stands for the item, which the vendor has.
    pub fn type_value(&mut self, text: &Text<'_>) {
        if text.decode().as_deref() == Some("item_reference") {
            self.string(SegmentKind::VendorReference, Role::User, text.inside());
        }
    }

    /// Reads an object or an array as one segment.
    fn whole(
        &mut self,
        scanner: &mut Scanner<'_>,
        means: Means,
        around: Around,
    ) -> Result<(), Error> {
        let kind = match means {
            Means::Tools => Some(SegmentKind::ToolSchema),
            means => around.kind_of(means),
        };
        let span = scanner.skip()?;
        if let Some(kind) = kind {
            self.json(kind, around.role_of(kind), span);
        }
        Ok(())
    }

    /// Reads a prompt that is stored at the vendor.
    fn kept(&mut self, scanner: &mut Scanner<'_>, around: Around) -> Result<(), Error> {
        scanner.object()?;
        let (mut beside, mut kept) = (Beside::default(), Kept::new(self, scanner));
        while let Some(key) = scanner.key()? {
            if scanner.peek()? == Type::String && key.decode().as_deref() == Some("id") {
                kept.id(scanner.string()?.inside(), self);
            } else {
                self.member(scanner, &key, around, &mut beside)?;
            }
        }
        beside.close(self);
        kept.close(self);
        Ok(())
    }

    fn array(
        &mut self,
        scanner: &mut Scanner<'_>,
        means: Means,
        around: Around,
    ) -> Result<(), Error> {
        scanner.array()?;
        let mut run = Run::default();
        while scanner.element()? {
            if means == Means::TokenIds && scanner.peek()? == Type::Number {
                run.number(scanner.skip()?);
                continue;
            }
            run.end(self);
            // An array's elements have no siblings.
            self.value(scanner, means, around, &mut Beside::default())?;
        }
        run.end(self);
        Ok(())
    }

    /// Reads every string within, whatever its name.
    fn metadata(&mut self, scanner: &mut Scanner<'_>) -> Result<(), Error> {
        match scanner.peek()? {
            Type::String => {
                let span = scanner.string()?.inside();
                self.string(SegmentKind::Metadata, Role::User, span);
            }
            Type::Object => {
                scanner.object()?;
                while scanner.key()?.is_some() {
                    self.metadata(scanner)?;
                }
            }
            Type::Array => {
                scanner.array()?;
                while scanner.element()? {
                    self.metadata(scanner)?;
                }
            }
            _ => drop(scanner.skip()?),
        }
        Ok(())
    }
}

/// A sequence of adjacent tokens, as numbers.
#[derive(Debug, Default)]
pub(crate) struct Run(Option<Span>);

impl Run {
    pub fn number(&mut self, span: Span) {
        let start = self.0.map_or(span.start, |run| run.start);
        self.0 = Some(Span { start, end: span.end });
    }

    pub fn end(&mut self, found: &mut Found) {
        if let Some(run) = self.0.take() {
            found.json(SegmentKind::TokenIds, Role::User, run);
        }
    }
}
