//! Pictures, documents and sound.

use super::body::{Block, Document, Enabled, Media, Source};
use super::conversation::Conversation;
use super::names;
use crate::chat::{self, Audio, File, Image};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use postern_fault::Fault;

/// `ImageFormat`, by the end of a media type or a name.
const IMAGES: [(&str, &str); 5] =
    [("png", "png"), ("jpeg", "jpeg"), ("jpg", "jpeg"), ("gif", "gif"), ("webp", "webp")];

/// `DocumentFormat`.
const DOCUMENTS: [(&str, &str); 13] = [
    ("pdf", "pdf"),
    ("csv", "csv"),
    ("docx", "docx"),
    ("doc", "doc"),
    ("xlsx", "xlsx"),
    ("xls", "xls"),
    ("html", "html"),
    ("htm", "html"),
    ("txt", "txt"),
    ("plain", "txt"),
    ("md", "md"),
    ("markdown", "md"),
    ("x-markdown", "md"),
];

/// Media types whose last word does not name the format.
const OFFICE: [(&str, &str); 4] = [
    ("application/msword", "doc"),
    ("application/vnd.ms-excel", "xls"),
    ("application/vnd.openxmlformats-officedocument.wordprocessingml.document", "docx"),
    ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "xlsx"),
];

/// `AudioFormat`.
const SOUNDS: [(&str, &str); 9] = [
    ("mp3", "mp3"),
    ("wav", "wav"),
    ("opus", "opus"),
    ("aac", "aac"),
    ("flac", "flac"),
    ("ogg", "ogg"),
    ("m4a", "m4a"),
    ("pcm16", "pcm"),
    ("webm", "webm"),
];

pub(super) fn image(
    image: Image,
    path: &str,
    conversation: &mut Conversation<'_>,
) -> Result<Block, Fault> {
    if image.detail.is_some_and(|detail| detail != "auto") {
        conversation.losses.add(format!("{path}.detail"), "Bedrock has no detail of images");
    }
    let (format, source) = match image.source {
        chat::Source::Base64 { media_type, data } => {
            (of_media_type(&IMAGES, &media_type), Source::Bytes(data))
        }
        chat::Source::Url(uri) => (of_name(&IMAGES, &uri), at_address(uri, path)?),
        chat::Source::FileId(_) => return Err(not_by_id(path)),
        chat::Source::Text(_) => (None, Source::Bytes(String::new())),
    };
    let format = format
        .ok_or_else(|| unsupported(path, "Bedrock takes images as png, jpeg, gif and webp only"))?;
    Ok(Block::Image(Media { format, source }))
}

pub(super) fn document(
    file: File,
    path: &str,
    conversation: &mut Conversation<'_>,
) -> Result<Block, Fault> {
    let named = file.name.as_deref().unwrap_or_default();
    let (format, source) = match file.source {
        chat::Source::Base64 { media_type, data } => (
            of_media_type(&DOCUMENTS, &media_type).or_else(|| of_name(&DOCUMENTS, named)),
            Source::Bytes(data),
        ),
        chat::Source::Url(uri) => (of_name(&DOCUMENTS, &uri), at_address(uri, path)?),
        chat::Source::FileId(_) => return Err(not_by_id(path)),
        chat::Source::Text(text) => (Some("txt"), Source::Bytes(STANDARD.encode(text))),
    };
    let format = format.ok_or_else(|| {
        let takes = "pdf, csv, doc, docx, xls, xlsx, html, txt and md";
        unsupported(path, &format!("Bedrock takes documents as {takes} only"))
    })?;
    let claude = conversation.family.claude;
    if !claude && (file.citations || file.context.is_some()) {
        conversation.losses.add(path, "only Claude takes a document's context and cites it");
    }
    Ok(Block::Document(Document {
        format,
        name: conversation.document_name(names::document(named)),
        source,
        context: file.context.filter(|context| claude && !context.is_empty()),
        citations: (claude && file.citations).then_some(Enabled { enabled: true }),
    }))
}

pub(super) fn audio(
    audio: Audio,
    path: &str,
    conversation: &Conversation<'_>,
) -> Result<Block, Fault> {
    let format = of_name(&SOUNDS, &audio.format).filter(|_| !audio.data.is_empty());
    match format.filter(|_| !conversation.family.claude) {
        Some(format) => Ok(Block::Audio(Media { format, source: Source::Bytes(audio.data) })),
        None => Err(unsupported(path, "this model on Bedrock takes no audio of this kind")),
    }
}

/// Bedrock reads only S3 addresses.
fn at_address(uri: String, path: &str) -> Result<Source, Fault> {
    match uri.starts_with("s3://") {
        true => Ok(Source::S3Location { uri }),
        false => {
            let how = "Bedrock cannot fetch an address other than s3: send the bytes in base64";
            Err(unsupported(path, how))
        }
    }
}

fn not_by_id(path: &str) -> Fault {
    unsupported(path, "Bedrock has no files by id: send the bytes in base64")
}

pub(super) fn unsupported(path: &str, public: &str) -> Fault {
    Fault::invalid_request(path, public).with_code("unsupported_content")
}

fn of_media_type(formats: &[(&str, &'static str)], media_type: &str) -> Option<&'static str> {
    let media_type = media_type.split(';').next().unwrap_or_default().trim();
    let whole = OFFICE.iter().find(|(known, _)| known.eq_ignore_ascii_case(media_type));
    let format = whole.map(|(_, format)| *format);
    let subtype = media_type.rsplit('/').next().unwrap_or_default();
    // The formats of `OFFICE` are not images.
    format
        .filter(|format| formats.iter().any(|(_, known)| known == format))
        .or_else(|| exactly(formats, subtype))
}

fn of_name(formats: &[(&str, &'static str)], name: &str) -> Option<&'static str> {
    exactly(formats, name.rsplit('.').next().unwrap_or_default())
}

fn exactly(formats: &[(&str, &'static str)], word: &str) -> Option<&'static str> {
    let found = formats.iter().find(|(known, _)| known.eq_ignore_ascii_case(word));
    found.map(|(_, format)| *format)
}
