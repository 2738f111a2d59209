//! Requests for pictures: <https://platform.openai.com/docs/api-reference/images>. A new picture is requested in JSON, an edit
//! or a variation in a form.

use super::{field, is_form};
use crate::json::{Scanner, Type};
use crate::openai::field::{Fields, string};
use crate::openai::read as body;
use crate::openai::refusal::{Refusal, missing};
use crate::segments::{Around, Beside, Found, Medium};
use crate::{Dialect, Facts, Operation, Request, SegmentKind};

/// The tokens of a picture by its quality: square, upright, wide
/// (<https://platform.openai.com/docs/guides/image-generation#calculating-costs>).
const LOW: [u64; 3] = [272, 408, 400];
const MEDIUM: [u64; 3] = [1_056, 1_584, 1_568];
const HIGH: [u64; 3] = [4_160, 6_240, 6_208];
/// The tokens of each partial picture.
const PARTIAL_TOKENS: u64 = 100;

const PROMPT: &str = "what the picture is to show";
const IMAGE: &str = "the picture";

const NAMES: &[&str] =
    &["model", "prompt", "n", "stream", "size", "quality", "partial_images", "mask"];

/// The values read so far.
#[derive(Default)]
struct Wanted {
    model: Option<body::Model>,
    has_prompt: bool,
    choices: u32,
    stream: bool,
    size: String,
    quality: String,
    partial_images: u32,
    found: Found,
}

/// Reads a request.
pub fn read(operation: Operation, text: &str) -> Result<Request, Refusal> {
    let mut scanner = Scanner::new(text);
    let mut fields = Fields::new(NAMES);
    let mut wanted = Wanted { choices: 1, ..Wanted::default() };
    body::enter(&mut scanner)?;
    while let Some(key) = scanner.key()? {
        let name = fields.name(&key, String::new)?;
        match (name, key.said().as_ref()) {
            (Some(name), _) => wanted.field(name, operation, &mut scanner)?,
            (None, "image" | "image[]") if is_form(operation) => {
                wanted.picture(&mut scanner, "image")?;
            }
            _ => {
                wanted.found.member(&mut scanner, &key, Around::USER, &mut Beside::default())?;
            }
        }
    }
    scanner.end()?;
    wanted.into_request(operation)
}

impl Wanted {
    fn field(
        &mut self,
        name: &str,
        operation: Operation,
        scanner: &mut Scanner<'_>,
    ) -> Result<(), Refusal> {
        let is_form = is_form(operation);
        match name {
            "model" => self.model = body::model(scanner)?,
            "prompt" => {
                let text = string(scanner, || "prompt".to_owned())?;
                self.has_prompt = text.is_some();
                if let Some(text) = text {
                    self.found.text(Around::USER, text.inside());
                }
            }
            "n" => self.choices = field::times(scanner, is_form, "n")?,
            "stream" => self.stream = field::flag(scanner, is_form, "stream")?,
            "size" => self.size = field::word(scanner, "size")?,
            "quality" => self.quality = field::word(scanner, "quality")?,
            "mask" if is_form => self.picture(scanner, "mask")?,
            // 0 means none, and the vendor refuses more than three.
            "partial_images" => {
                let text = match scanner.peek()? {
                    Type::String => scanner.string()?.said(),
                    _ => scanner.skip_text()?.into(),
                };
                self.partial_images = text.parse().unwrap_or_default();
            }
            _ => drop(scanner.skip()?),
        }
        Ok(())
    }

    fn picture(&mut self, scanner: &mut Scanner<'_>, param: &str) -> Result<(), Refusal> {
        field::file(scanner, param, SegmentKind::ImageReference, &mut self.found)?;
        self.found.medium(Some(Medium::Image));
        Ok(())
    }

    fn into_request(self, operation: Operation) -> Result<Request, Refusal> {
        let (model, model_span) = body::required(self.model)?;
        if operation != Operation::VaryImages && !self.has_prompt {
            return Err(missing("prompt", PROMPT));
        }
        if is_form(operation) && self.found.media.images == 0 {
            return Err(missing("image", IMAGE));
        }
        let partial = u64::from(self.partial_images).saturating_mul(PARTIAL_TOKENS);
        let tokens = tokens(&self.quality, &self.size).saturating_add(partial);
        let facts = Facts {
            client: Dialect::OpenAi,
            operation,
            model,
            model_span,
            stream: self.stream,
            usage_in_stream: true,
            output_cap_tokens: None,
            thinking_tokens: None,
            expected_answer_tokens: Some(tokens),
            choices: self.choices,
            answers: self.choices,
            texts: self.found.texts,
            tools: 0,
            images: self.found.media.images,
            audio: 0,
            documents: 0,
        };
        Ok(Request { facts, segments: self.found.segments })
    }
}

/// The tokens of a picture; the maximum where the vendor chooses.
fn tokens(quality: &str, size: &str) -> u64 {
    let [square, upright, wide] = match quality {
        "low" => LOW,
        "medium" | "standard" => MEDIUM,
        _ => HIGH,
    };
    let sides = size.split_once('x');
    let sides = sides.and_then(|(width, height)| {
        Some((width.parse::<u32>().ok()?, height.parse::<u32>().ok()?))
    });
    match sides {
        Some((width, height)) if width == height => square,
        Some((width, height)) if width > height => wide,
        _ => upright,
    }
}
