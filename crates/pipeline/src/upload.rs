//! The form of a request: its texts go to the stages, its files stay here until a vendor gets them.

use crate::memory::MemoryPermit;
use crate::refusal::Refusal;
use postern_fault::{Fault, Kind};
use postern_form::{Error, Form, Rewritten};
use std::rc::Rc;

/// A form that was read. Every attempt sends it anew.
#[derive(Debug)]
pub struct Upload {
    form: Form,
    content_type: String,
    /// What its bytes take of the instance's memory.
    _permit: MemoryPermit,
}

impl Upload {
    /// Read the body of a request, which names these types. `max_text_bytes` bounds what of it goes to the stages.
    ///
    /// # Errors
    ///
    /// 400 for what is no form, or one that could be read in two ways.
    pub fn read(
        content_types: &[String],
        bytes: Vec<u8>,
        permit: MemoryPermit,
        max_text_bytes: u64,
    ) -> Result<Self, Refusal> {
        let content_type = match content_types {
            [one] => one.clone(),
            [] => String::new(),
            _ => {
                let public = "the header `content-type` is there twice: send it once";
                return Err(Refusal::http(400, "invalid_header", public));
            }
        };
        let max_text_bytes = usize::try_from(max_text_bytes).unwrap_or(usize::MAX);
        let form = Form::read(&content_type, bytes, max_text_bytes).map_err(refusal)?;
        Ok(Upload { form, content_type, _permit: permit })
    }

    /// Its fields, as the stages read them.
    pub fn to_json(&self) -> String {
        self.form.to_json()
    }

    /// The client's, with its boundary.
    pub fn content_type(&self) -> &str {
        &self.content_type
    }

    /// The form that says what `json` says.
    ///
    /// # Errors
    ///
    /// An edit that a form cannot say.
    pub fn rewritten(self: &Rc<Self>, json: &str) -> Result<FormBody, Fault> {
        let rewritten = self.form.rewritten(json).map_err(|error| {
            Fault::new(Kind::Unavailable, "the request could not be rewritten for this model")
                .with_private(error.to_string())
        })?;
        Ok(FormBody { upload: Rc::clone(self), rewritten })
    }
}

/// A form on its way to a vendor.
#[derive(Debug, Clone)]
pub struct FormBody {
    upload: Rc<Upload>,
    rewritten: Rewritten,
}

impl FormBody {
    /// How many bytes it has.
    pub fn len(&self) -> u64 {
        self.rewritten.len() as u64
    }

    /// Whether it has none, which no form has.
    pub fn is_empty(&self) -> bool {
        self.rewritten.is_empty()
    }

    /// Its bytes, in slices of at most `most`.
    pub fn chunks(&self, most: usize) -> impl Iterator<Item = &[u8]> {
        self.rewritten.chunks(&self.upload.form, most)
    }
}

fn refusal(error: Error) -> Refusal {
    let code = match &error {
        Error::ContentType | Error::NoBoundary | Error::BadBoundary => "invalid_content_type",
        _ => "invalid_form",
    };
    let fault = Fault::new(Kind::InvalidRequest, error.to_string()).with_code(code);
    let fault = Fault { param: error.field().map(str::to_owned), ..fault };
    fault.into()
}
