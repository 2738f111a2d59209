//! Images and documents: <https://platform.claude.com/docs/en/build-with-claude/vision>,
//! <https://platform.claude.com/docs/en/build-with-claude/pdf-support>.

use crate::anthropic::block::{Block, Enabled, Marker, Source};
use crate::base64;
use crate::chat::{self, File, Image, Losses};
use postern_fault::Fault;

const PDF: &str = "application/pdf";

/// The accepted types of images, and the base64 prefix of each.
const IMAGES: [(&str, &str); 4] = [
    ("image/png", "iVBOR"),
    ("image/jpeg", "/9j/"),
    ("image/gif", "R0lGOD"),
    ("image/webp", "UklGR"),
];

/// The fault for content that Anthropic does not accept.
pub(super) fn unsupported(path: &str, what: &str) -> Fault {
    let public = format!("`{path}`: this model's provider, Anthropic, takes no {what}");
    Fault::invalid_request(path, public).with_code("unsupported_content")
}

pub(super) fn image(image: Image, path: &str, losses: &mut Losses) -> Result<Source, Fault> {
    if image.detail.is_some_and(|detail| detail != "auto") {
        losses.add(format!("{path}.image_url.detail"), "Anthropic decides on the detail itself");
    }
    match image.source {
        chat::Source::Base64 { media_type, data } => {
            let media_type = match media_type.to_ascii_lowercase().as_str() {
                "" => {
                    let found = IMAGES.iter().find(|(_, start)| data.starts_with(start));
                    found.map(|(kind, _)| *kind)
                }
                "image/jpg" => Some("image/jpeg"),
                known => IMAGES.iter().find(|(kind, _)| *kind == known).map(|(kind, _)| *kind),
            };
            let media_type = media_type
                .ok_or_else(|| unsupported(path, "images but PNG, JPEG, GIF and WebP"))?
                .to_owned();
            Ok(Source::Base64 { media_type, data })
        }
        chat::Source::Url(url) => address(url, path),
        chat::Source::FileId(file_id) => own_file(file_id, path),
        chat::Source::Text(_) => Err(unsupported(path, "images of text")),
    }
}

pub(super) fn document(
    file: File,
    cache_control: Option<Marker>,
    path: &str,
) -> Result<Block, Fault> {
    let source = match file.source {
        chat::Source::Base64 { media_type, data } => encoded(media_type, data, path)?,
        chat::Source::Url(url) => address(url, path)?,
        chat::Source::FileId(file_id) => own_file(file_id, path)?,
        chat::Source::Text(data) => Source::Text { media_type: "text/plain", data },
    };
    Ok(Block::Document {
        source,
        title: file.name,
        context: file.context,
        citations: file.citations.then_some(Enabled { enabled: true }),
        cache_control,
    })
}

/// A PDF stays as it is; a text is sent as text.
fn encoded(media_type: String, data: String, path: &str) -> Result<Source, Fault> {
    let kind = media_type.to_ascii_lowercase();
    let kind = kind.split(';').next().unwrap_or_default().trim();
    if kind == PDF || (matches!(kind, "" | "application/octet-stream") && data.starts_with("JVBER"))
    {
        return Ok(Source::Base64 { media_type: PDF.to_owned(), data });
    }
    let is_text = kind.starts_with("text/") || kind == "application/json";
    let text = is_text.then(|| decoded(&data)).flatten();
    let text = text.ok_or_else(|| unsupported(path, "files but PDFs and texts in UTF-8"))?;
    Ok(Source::Text { media_type: "text/plain", data: text })
}

fn address(url: String, path: &str) -> Result<Source, Fault> {
    let scheme = url.split_once("://").map(|(scheme, _)| scheme.to_ascii_lowercase());
    match scheme.as_deref() {
        Some("https" | "http") => Ok(Source::Url { url }),
        _ => Err(unsupported(path, "files at addresses but https")),
    }
}

/// Ids of Anthropic's files begin like this: <https://platform.claude.com/docs/en/build-with-claude/files>. OpenAI's begin with
/// `file-`.
fn own_file(file_id: String, path: &str) -> Result<Source, Fault> {
    match file_id.starts_with("file_") {
        true => Ok(Source::File { file_id }),
        false => Err(unsupported(path, "files of another provider's store")),
    }
}

/// The text that the base64 encodes, which may be broken into lines.
fn decoded(data: &str) -> Option<String> {
    let data: String = data.split(['\r', '\n']).collect();
    String::from_utf8(base64::decode(&data)?).ok()
}
