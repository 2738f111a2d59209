//! Pictures, documents and sound: <https://ai.google.dev/gemini-api/docs/file-input-methods>.

use super::wire::{Blob, FileData, Part};
use crate::chat::{Audio, File, Image, Source};
use http::Uri;
use postern_fault::Fault;

/// The addresses of files in the Gemini API's store.
const FILES: &str = "https://generativelanguage.googleapis.com/";

pub(super) fn image(image: Image, path: &str) -> Result<Part, Fault> {
    match image.source {
        Source::Text(_) => Err(unsupported(path, "an image of text")),
        source => bytes(source, "image/jpeg", path),
    }
}

/// A document. Its name and its context come before it as a text, since Google has no fields for them that the model sees.
pub(super) fn file(file: File, path: &str) -> Result<Vec<Part>, Fault> {
    let about: Vec<String> = file.name.into_iter().chain(file.context).collect();
    let mut parts = Vec::new();
    if !about.is_empty() {
        parts.push(Part::text(about.join("\n")));
    }
    parts.push(match file.source {
        Source::Text(text) => Part::text(text),
        source => bytes(source, "application/pdf", path)?,
    });
    Ok(parts)
}

/// Sound. None: it is in another vendor's store and has no transcript.
pub(super) fn audio(audio: Audio) -> Option<Part> {
    if audio.data.is_empty() {
        return audio.transcript.map(Part::text);
    }
    let mime_type = match audio.format.as_str() {
        "" => "audio/wav".to_owned(),
        // Both OpenAI and Google use 24 kHz.
        "pcm16" => "audio/L16;rate=24000".to_owned(),
        "opus" => "audio/ogg".to_owned(),
        format if format.contains('/') => format.to_owned(),
        format => format!("audio/{format}"),
    };
    Some(inline(mime_type, audio.data))
}

fn inline(mime_type: String, data: String) -> Part {
    Part { inline_data: Some(Blob { mime_type, data }), ..Part::default() }
}

fn bytes(source: Source, usual: &str, path: &str) -> Result<Part, Fault> {
    match source {
        Source::Base64 { media_type, data } if media_type.is_empty() => {
            Ok(inline(of_bytes(&data).unwrap_or(usual).to_owned(), data))
        }
        Source::Base64 { media_type, data } => Ok(inline(media_type, data)),
        Source::Url(url) => address(url, usual, path),
        Source::FileId(id) if id.starts_with(FILES) => address(id, usual, path),
        Source::FileId(_) => Err(unsupported(path, "a file in another vendor's store")),
        Source::Text(text) => Ok(Part::text(text)),
    }
}

/// Google fetches public and signed addresses, those of Cloud Storage, and videos on YouTube.
fn address(url: String, usual: &str, path: &str) -> Result<Part, Fault> {
    if !["https://", "http://", "gs://"].iter().any(|scheme| url.starts_with(scheme)) {
        return Err(unsupported(path, "an address other than https or gs"));
    }
    let mime_type = of_address(&url).unwrap_or(usual).to_owned();
    Ok(Part { file_data: Some(FileData { mime_type, file_uri: url }), ..Part::default() })
}

/// Google requires the media type, which no client states for an address.
fn of_address(url: &str) -> Option<&'static str> {
    let uri: Uri = url.parse().ok()?;
    let host = uri.host().unwrap_or_default();
    if matches!(host.trim_start_matches("www."), "youtube.com" | "m.youtube.com" | "youtu.be") {
        return Some("video/mp4");
    }
    let (_, extension) = uri.path().rsplit('/').next()?.rsplit_once('.')?;
    let known = |(known, _): &&(&str, &str)| known.eq_ignore_ascii_case(extension);
    TYPES.iter().find(known).map(|(_, media_type)| *media_type)
}

/// <https://ai.google.dev/gemini-api/docs/file-input-methods#supported-content-types>.
const TYPES: [(&str, &str); 27] = [
    ("png", "image/png"),
    ("jpg", "image/jpeg"),
    ("jpeg", "image/jpeg"),
    ("webp", "image/webp"),
    ("gif", "image/gif"),
    ("bmp", "image/bmp"),
    ("heic", "image/heic"),
    ("heif", "image/heif"),
    ("pdf", "application/pdf"),
    ("json", "application/json"),
    ("txt", "text/plain"),
    ("md", "text/markdown"),
    ("html", "text/html"),
    ("css", "text/css"),
    ("csv", "text/csv"),
    ("xml", "text/xml"),
    ("wav", "audio/wav"),
    ("mp3", "audio/mp3"),
    ("aac", "audio/aac"),
    ("ogg", "audio/ogg"),
    ("flac", "audio/flac"),
    ("aiff", "audio/aiff"),
    ("mp4", "video/mp4"),
    ("mpeg", "video/mpeg"),
    ("mov", "video/quicktime"),
    ("webm", "video/webm"),
    ("3gp", "video/3gpp"),
];

/// The media type, from the first bytes.
fn of_bytes(data: &str) -> Option<&'static str> {
    const STARTS: [(&str, &str); 5] = [
        ("iVBORw0KGgo", "image/png"),
        ("/9j/", "image/jpeg"),
        ("R0lGOD", "image/gif"),
        ("UklGR", "image/webp"),
        ("JVBERi", "application/pdf"),
    ];
    STARTS.iter().find(|(start, _)| data.starts_with(start)).map(|(_, media_type)| *media_type)
}

/// The fault for content without which Google would misunderstand the request.
pub(super) fn unsupported(path: &str, what: &str) -> Fault {
    let public = format!("`{path}` is {what}, which this model's provider cannot read");
    Fault::invalid_request(path, public).with_code("unsupported_content")
}
