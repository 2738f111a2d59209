//! What stands beside the words of a conversation is sent, too, or told as a loss.

use crate::fields::{fate, tool, vendors};
use crate::fixtures::request;
use postern_dialect::Dialect;
use postern_dialect::chat::{
    Annotation, CacheControl, Content, File, Image, Message, Part, Reasoned, Request, Role, Sealed,
    Source, Tool, ToolCall, ToolResult,
};
use std::fmt::Write;

/// What stands in a conversation beside what is said: its name, how it is put there, and by what it is found if lost.
struct Aspect {
    name: &'static str,
    /// Where it is: a loss of it, or of something around it, is found by this.
    path: &'static str,
    messages: fn(bool) -> Vec<Message>,
    tools: fn(bool) -> Vec<Tool>,
}

fn message(at: usize, role: Role, contents: Vec<Content>) -> Message {
    let part = |(part, content)| Part::new(format!("messages[{at}].content[{part}]"), content);
    let parts = contents.into_iter().enumerate().map(part).collect();
    Message { path: format!("messages[{at}]"), role, parts, name: None }
}

fn hi() -> Message {
    message(0, Role::User, vec![Content::Text("hi".into())])
}

fn image(detail: Option<&str>) -> Content {
    let source = Source::Base64 { media_type: "image/png".into(), data: "iVBORw0KGgo=".into() };
    Content::Image(Image { source, detail: detail.map(str::to_owned) })
}

fn file() -> File {
    let source =
        Source::Base64 { media_type: "application/pdf".into(), data: "JVBERi0xLjQ=".into() };
    File { source, name: Some("plain".into()), context: None, citations: false }
}

/// A turn with a call and its result, changed by `change`.
fn called(change: impl FnOnce(&mut ToolResult)) -> Vec<Message> {
    let call = ToolCall {
        id: "call_1".into(),
        name: "weather".into(),
        arguments: r#"{"z":"1"}"#.into(),
        custom: false,
    };
    let parts = vec![Part::new("messages[2].content", Content::Text("failed".into()))];
    let mut result = ToolResult { call_id: "call_1".into(), parts, is_error: false };
    change(&mut result);
    vec![
        hi(),
        message(1, Role::Assistant, vec![Content::ToolCall(call)]),
        message(2, Role::Tool, vec![Content::ToolResult(result)]),
    ]
}

fn no_tools(_: bool) -> Vec<Tool> {
    Vec::new()
}

fn one_tool(_: bool) -> Vec<Tool> {
    vec![tool()]
}

fn only_hi(_: bool) -> Vec<Message> {
    vec![hi()]
}

fn cached(parts: &mut [Part], there: bool) {
    let cache = || there.then(CacheControl::default);
    parts.iter_mut().for_each(|part| part.cache = cache());
}

const ASPECTS: [Aspect; 14] = [
    Aspect {
        name: "name of a participant",
        path: "messages[0].name",
        messages: |there| vec![Message { name: there.then(|| "ann".into()), ..hi() }],
        tools: no_tools,
    },
    Aspect {
        name: "cache marker of a text",
        path: "messages[0].content[0].cache_control",
        messages: |there| {
            let mut hi = hi();
            cached(&mut hi.parts, there);
            vec![hi]
        },
        tools: no_tools,
    },
    Aspect {
        name: "cache marker of instructions",
        path: "messages[0].content[0].cache_control",
        messages: |there| {
            let mut system = message(0, Role::System, vec![Content::Text("be kind".into())]);
            cached(&mut system.parts, there);
            vec![system, hi()]
        },
        tools: no_tools,
    },
    Aspect {
        name: "cache marker of a tool",
        path: "tools[0].cache_control",
        messages: only_hi,
        tools: |there| vec![Tool { cache: there.then(CacheControl::default), ..tool() }],
    },
    Aspect {
        name: "cache marker of a result",
        path: "messages[2].content[0].cache_control",
        messages: |there| {
            let mut messages = called(|_| {});
            cached(&mut messages[2].parts, there);
            messages
        },
        tools: one_tool,
    },
    Aspect {
        name: "image",
        path: "messages[0]",
        messages: |there| {
            let words = Content::Text("hi".into());
            let shown = if there { vec![words, image(None)] } else { vec![words] };
            vec![message(0, Role::User, shown)]
        },
        tools: no_tools,
    },
    Aspect {
        name: "detail of an image",
        path: "messages[0].content[0]",
        messages: |there| vec![message(0, Role::User, vec![image(there.then_some("low"))])],
        tools: no_tools,
    },
    Aspect {
        name: "name of a file",
        path: "messages[0].content",
        messages: |there| {
            let name = Some(if there { "other" } else { "plain" }.to_owned());
            let words = Content::Text("read".into());
            vec![message(0, Role::User, vec![Content::File(File { name, ..file() }), words])]
        },
        tools: no_tools,
    },
    Aspect {
        name: "context of a file",
        path: "messages[0].content[0]",
        messages: |there| {
            let context = there.then(|| "a letter".into());
            let words = Content::Text("read".into());
            vec![message(0, Role::User, vec![Content::File(File { context, ..file() }), words])]
        },
        tools: no_tools,
    },
    Aspect {
        name: "citations of a file",
        path: "messages[0].content[0]",
        messages: |there| {
            let words = Content::Text("read".into());
            let file = Content::File(File { citations: there, ..file() });
            vec![message(0, Role::User, vec![file, words])]
        },
        tools: no_tools,
    },
    Aspect {
        name: "failure of a tool",
        path: "messages[2].content[0]",
        messages: |there| called(|result| result.is_error = there),
        tools: one_tool,
    },
    Aspect {
        name: "image of a result",
        path: "messages[2]",
        messages: |there| {
            called(|result| {
                let shown = there.then(|| Part::new("messages[2].content[1]", image(None)));
                result.parts.extend(shown);
            })
        },
        tools: one_tool,
    },
    Aspect {
        name: "citation of an answer",
        path: "messages[1].content[0]",
        messages: |there| {
            let mut said = message(1, Role::Assistant, vec![Content::Text("it rains".into())]);
            said.parts[0].annotations = there.then(annotation).into_iter().collect();
            vec![hi(), said, message(2, Role::User, vec![Content::Text("and?".into())])]
        },
        tools: no_tools,
    },
    Aspect {
        name: "thoughts of another maker",
        path: "messages[1].content",
        messages: |there| {
            let sealed = Some(Sealed { maker: Dialect::Google, id: None, data: "c2Vhb".into() });
            let thought = Reasoned { text: "hm".into(), sealed, ..Reasoned::default() };
            let words = Content::Text("it rains".into());
            let mut said = message(1, Role::Assistant, vec![words]);
            if there {
                let thought = Content::Reasoning(thought);
                said.parts.insert(0, Part::new("messages[1].content[1]", thought));
            }
            vec![hi(), said, message(2, Role::User, vec![Content::Text("and?".into())])]
        },
        tools: no_tools,
    },
];

fn annotation() -> Annotation {
    Annotation {
        url: Some("https://weather.test".into()),
        title: Some("Weather".into()),
        cited_text: Some("rain".into()),
        range: Some((0, 8)),
        raw: None,
    }
}

#[test]
fn what_stands_beside_the_words_is_sent_to_every_vendor_or_told_as_a_loss() {
    let mut table = String::new();
    for Aspect { name, path, messages, tools } in ASPECTS {
        let _ = write!(table, "{name:<30}");
        for (vendor_name, vendor) in vendors() {
            let of =
                |there| Request { messages: messages(there), tools: tools(there), ..request() };
            let (word, lost) = fate(&of(false), &of(true), &vendor);
            assert!(
                lost.iter().all(|lost| lost.starts_with(path)),
                "{name} to {vendor:?}: {lost:?}"
            );
            let _ = write!(table, " {vendor_name}:{word}");
        }
        table.push('\n');
    }
    assert!(!table.contains("SILENT"), "\n{table}");
    insta::assert_snapshot!(table);
}
