//! Forms, read by another parser than the gateway's.

use super::super::errors::Refusal;
use super::{missing, unknown};
use crate::vendors::{Call, Scenario};
use bytes::Bytes;
use ring::digest::{SHA256, digest};
use std::collections::BTreeMap;

/// A form as this vendor reads it.
#[derive(Default)]
pub(super) struct Form {
    texts: BTreeMap<String, Vec<String>>,
    files: Vec<(String, File)>,
}

pub(super) struct File {
    pub filename: String,
    pub content_type: String,
    pub bytes: Bytes,
}

/// What a fake says of a file that it got: name, type, length and SHA-256.
#[must_use]
pub fn fingerprint(filename: &str, content_type: &str, bytes: &[u8]) -> String {
    let hash = hex::encode(digest(&SHA256, bytes));
    format!("{filename} {content_type} {} {hash}", bytes.len())
}

impl File {
    pub fn fingerprint(&self) -> String {
        fingerprint(&self.filename, &self.content_type, &self.bytes)
    }
}

impl Form {
    pub fn read(call: &Call<'_>) -> Result<Self, Refusal> {
        let broken = |_| Refusal::invalid("Could not parse multipart form", "", None);
        let kind = call.header("content-type").unwrap_or_default();
        let boundary = multer::parse_boundary(kind).map_err(broken)?;
        let body = call.request.body.clone();
        let body = futures::stream::once(async move { Ok::<_, std::io::Error>(body) });
        let mut fields = multer::Multipart::new(body, boundary);
        let mut form = Form::default();
        futures::executor::block_on(async {
            while let Some(field) = fields.next_field().await.map_err(broken)? {
                let name = field.name().unwrap_or_default().to_owned();
                let content_type = field.content_type().map(ToString::to_string);
                match field.file_name().map(str::to_owned) {
                    Some(filename) => {
                        let content_type = content_type.unwrap_or_default();
                        let bytes = field.bytes().await.map_err(broken)?;
                        form.files.push((name, File { filename, content_type, bytes }));
                    }
                    None => {
                        let text = field.text().await.map_err(broken)?;
                        form.texts.entry(name).or_default().push(text);
                    }
                }
            }
            Ok(form)
        })
    }

    /// Refuses every other field.
    pub fn check(&self, texts: &[&str], files: &[&str]) -> Result<(), Refusal> {
        let other = |known: &[&str], name: &str| !known.contains(&name);
        let text = self.texts.keys().find(|name| other(texts, name));
        let file = self.files.iter().map(|(name, _)| name).find(|name| other(files, name));
        text.or(file).map_or(Ok(()), |name| Err(unknown(name)))
    }

    /// The only value of a field.
    pub fn text(&self, name: &str) -> Option<&str> {
        match self.texts.get(name)?.as_slice() {
            [one] => Some(one),
            _ => None,
        }
    }

    pub fn files<'a>(&'a self, names: &'a [&'a str]) -> impl Iterator<Item = &'a File> {
        self.files.iter().filter(|(name, _)| names.contains(&name.as_str())).map(|(_, file)| file)
    }

    pub fn model(&self) -> Result<(&str, Scenario), Refusal> {
        let model = self.text("model").ok_or_else(|| missing("model"))?;
        let scenario = Scenario::of(model).ok_or_else(|| Refusal::no_such_model(model))?;
        Ok((model, scenario))
    }

    /// `true` or `false`; nothing else is one.
    pub fn flag(&self, name: &str) -> Result<bool, Refusal> {
        match self.text(name) {
            None | Some("false") => Ok(false),
            Some("true") => Ok(true),
            Some(_) => Err(super::wrong(name)),
        }
    }
}
