//! Citations: <https://docs.cohere.com/v2/docs/rag-citations>.

use crate::Dialect;
use crate::chat::Annotation;
use serde::Deserialize;
use serde_json::{Map, Value};

/// A range of the answer, and its sources.
#[derive(Deserialize)]
pub(super) struct Citation {
    start: Option<u64>,
    end: Option<u64>,
    sources: Option<Vec<Source>>,
    /// The index of the content block that it refers to.
    pub content_index: Option<u64>,
    #[serde(rename = "type")]
    kind: Option<String>,
}

#[derive(Deserialize)]
struct Source {
    id: Option<String>,
    document: Option<Map<String, Value>>,
    tool_output: Option<Map<String, Value>>,
}

impl Citation {
    /// None: its form is unknown here.
    pub fn from_value(raw: &Value) -> Option<Self> {
        Citation::deserialize(raw).ok()
    }

    /// Whether it refers to the plan instead of the content.
    pub fn is_of_plan(&self) -> bool {
        self.kind.as_deref() == Some("PLAN")
    }

    /// One annotation for each source, the first with the citation as Cohere wrote it.
    pub fn into_annotations(self, raw: Value) -> Vec<Annotation> {
        let range = self.start.zip(self.end);
        let mut sources = self.sources.unwrap_or_default().into_iter();
        let first = sources.next().map(|source| source.into_annotation(range));
        let mut first = first.unwrap_or_else(|| unsourced(range));
        first.raw = Some((Dialect::Cohere, raw));
        let rest = sources.map(|source| source.into_annotation(range));
        std::iter::once(first).chain(rest).collect()
    }
}

impl Source {
    /// The fields of a client's document or a tool's output are arbitrary; Cohere's guides use these names for address, title
    /// and text.
    fn into_annotation(self, range: Option<(u64, u64)>) -> Annotation {
        let fields = self.document.or(self.tool_output).unwrap_or_default();
        let text = |names: &[&str]| {
            let found = names.iter().find_map(|name| fields.get(*name)?.as_str());
            found.map(str::to_owned)
        };
        Annotation {
            url: text(&["url"]),
            title: text(&["title"]).or(self.id),
            cited_text: text(&["text", "snippet"]),
            ..unsourced(range)
        }
    }
}

fn unsourced(range: Option<(u64, u64)>) -> Annotation {
    Annotation { url: None, title: None, cited_text: None, range, raw: None }
}
