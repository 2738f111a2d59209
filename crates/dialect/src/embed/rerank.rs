//! Reads a request to order texts by how well they answer a question: <https://docs.cohere.com/reference/rerank>. Only what
//! the gateway acts on is judged; all else passes as it is.

use crate::json::{Scanner, Type};
use crate::refusal::{Refusal, fits, missing, once, wrong};
use crate::{Facts, Operation, Request, Role, Segment, Span, Wire};
use postern_fault::Fault;

/// Read a request: the model, and where the question and the documents stand.
///
/// # Errors
/// What is not JSON; a model, a question or documents that are missing, of another type or there twice.
pub fn read_rerank(body: &str) -> Result<Request, Fault> {
    fits(body)?;
    Rerank::read(body).map_err(|refusal| refusal.into_fault(body))
}

#[derive(Default)]
struct Rerank {
    model: Option<(String, Span)>,
    query: bool,
    documents: bool,
    segments: Vec<Segment>,
}

impl Rerank {
    fn read(body: &str) -> Result<Request, Refusal> {
        let mut scanner = Scanner::new(body);
        let mut rerank = Rerank::default();
        match scanner.peek()? {
            Type::Object => scanner.object()?,
            other => return Err(Refusal::no_object(other)),
        }
        while let Some(key) = scanner.key()? {
            match key.decode().as_deref() {
                Some("model") => rerank.read_model(&mut scanner)?,
                Some("query") => rerank.read_query(&mut scanner)?,
                Some("documents") => rerank.read_documents(&mut scanner)?,
                _ => drop(scanner.skip()?),
            }
        }
        scanner.end()?;
        rerank.into_request()
    }

    fn read_model(&mut self, scanner: &mut Scanner<'_>) -> Result<(), Refusal> {
        once("model", self.model.is_some())?;
        let text = match scanner.peek()? {
            Type::String => scanner.string()?,
            other => return Err(wrong("model", "the name of a model", other)),
        };
        let name = text.decode().unwrap_or_default().into_owned();
        if name.is_empty() {
            return Err(missing("model"));
        }
        self.model = Some((name, text.span()));
        Ok(())
    }

    fn read_query(&mut self, scanner: &mut Scanner<'_>) -> Result<(), Refusal> {
        once("query", std::mem::replace(&mut self.query, true))?;
        match scanner.peek()? {
            Type::String => self.segment(scanner),
            other => Err(wrong("query", "a string", other)),
        }
    }

    /// Texts; in Cohere's first version also objects of texts.
    fn read_documents(&mut self, scanner: &mut Scanner<'_>) -> Result<(), Refusal> {
        once("documents", std::mem::replace(&mut self.documents, true))?;
        match scanner.peek()? {
            Type::Array => scanner.array()?,
            other => return Err(wrong("documents", "an array of texts", other)),
        }
        let mut index = 0_usize;
        while scanner.element()? {
            match scanner.peek()? {
                Type::String => self.segment(scanner)?,
                Type::Object => self.read_fields(scanner)?,
                other => return Err(wrong(&format!("documents[{index}]"), "a text", other)),
            }
            index += 1;
        }
        if index == 0 { Err(missing("documents")) } else { Ok(()) }
    }

    fn read_fields(&mut self, scanner: &mut Scanner<'_>) -> Result<(), Refusal> {
        scanner.object()?;
        while scanner.key()?.is_some() {
            match scanner.peek()? {
                Type::String => self.segment(scanner)?,
                _ => drop(scanner.skip()?),
            }
        }
        Ok(())
    }

    fn segment(&mut self, scanner: &mut Scanner<'_>) -> Result<(), Refusal> {
        let span = scanner.string()?.inside();
        self.segments.push(Segment { role: Role::User, span });
        Ok(())
    }

    fn into_request(self) -> Result<Request, Refusal> {
        let (model, model_span) = self.model.ok_or_else(|| missing("model"))?;
        if !self.query {
            return Err(missing("query"));
        }
        if !self.documents {
            return Err(missing("documents"));
        }
        let facts = Facts {
            client: Wire::Cohere,
            operation: Operation::Rerank,
            model,
            model_span,
            stream: false,
            usage_in_stream: false,
            output_cap_tokens: None,
            choices: 1,
            tools: 0,
        };
        Ok(Request { facts, segments: self.segments })
    }
}
