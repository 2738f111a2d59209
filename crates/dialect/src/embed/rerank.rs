//! Reads a request to order texts by their relevance to a question: <https://docs.cohere.com/reference/rerank>. It judges only
//! fields that the gateway acts on; all others pass unchanged.

use crate::json::{Scanner, Type};
use crate::openai::field::{self, Fields};
use crate::openai::read;
use crate::openai::refusal::{Refusal, empty, missing, wrong_type};
use crate::segments::{Around, Beside, Found};
use crate::{Dialect, Facts, Operation, Request};
use postern_fault::Fault;

const QUERY: &str = "the question";
const DOCUMENTS: &str = "an array of texts";

/// Reads a request: the model, and the positions of the question and the documents.
///
/// # Errors
/// A body that is not JSON; a model, a question or documents that are missing, duplicate or of another type.
pub fn read_rerank(body: &str) -> Result<Request, Fault> {
    read::whole(body, read_body)
}

fn read_body(body: &str) -> Result<Request, Refusal> {
    let mut scanner = Scanner::new(body);
    let mut fields = Fields::new(&["model", "query", "documents"]);
    let (mut model, mut query, mut documents) = (None, false, false);
    let mut found = Found::default();
    read::enter(&mut scanner)?;
    while let Some(key) = scanner.key()? {
        match fields.name(&key, String::new)? {
            Some("model") => model = read::model(&mut scanner)?,
            Some("query") => {
                let text = field::string(&mut scanner, || "query".to_owned())?;
                query = text.is_some();
                if let Some(text) = text {
                    found.text(Around::EMBEDDING, text.inside());
                }
            }
            Some("documents") => documents = read_documents(&mut scanner, &mut found)?,
            _ => found.member(&mut scanner, &key, Around::USER, &mut Beside::default())?,
        }
    }
    scanner.end()?;
    let (model, model_span) = read::required(model)?;
    if !query {
        return Err(missing("query", QUERY));
    }
    if !documents {
        return Err(missing("documents", DOCUMENTS));
    }
    let facts = Facts {
        client: Dialect::Cohere,
        operation: Operation::Rerank,
        model,
        model_span,
        stream: false,
        usage_in_stream: false,
        output_cap_tokens: None,
        thinking_tokens: None,
        expected_answer_tokens: None,
        choices: 1,
        answers: 1,
        texts: found.texts,
        tools: 0,
        images: 0,
        audio: 0,
        documents: 0,
    };
    Ok(Request { facts, segments: found.segments })
}

/// Reads texts; in Cohere's first version also objects of texts. False: there are none.
fn read_documents(scanner: &mut Scanner<'_>, found: &mut Found) -> Result<bool, Refusal> {
    if !read::array(scanner, "documents", DOCUMENTS)? {
        return Ok(false);
    }
    let mut index = 0_usize;
    while scanner.element()? {
        match scanner.peek()? {
            Type::String => found.text(Around::EMBEDDING, scanner.string()?.inside()),
            Type::Object => read_texts(scanner, found)?,
            other => return Err(wrong_type(format!("documents[{index}]"), "a text", other)),
        }
        index += 1;
    }
    match index {
        0 => Err(empty("documents", "missing_required_parameter", "at least one text")),
        _ => Ok(true),
    }
}

/// Reads the texts of an object.
fn read_texts(scanner: &mut Scanner<'_>, found: &mut Found) -> Result<(), Refusal> {
    scanner.object()?;
    let mut beside = Beside::default();
    while let Some(key) = scanner.key()? {
        match scanner.peek()? {
            Type::String => found.text(Around::EMBEDDING, scanner.string()?.inside()),
            _ => found.member(scanner, &key, Around::EMBEDDING, &mut beside)?,
        }
    }
    beside.close(found);
    Ok(())
}
