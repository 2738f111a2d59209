//! What of a body only a feature in beta allows, for a vendor whose row lists the betas that it has (`betas`): the header goes without
//! the others, and a body that still needs them would be refused.
//!
//! What is only a setting is left out and told; words stay as words; where the vendor would do something else than was asked, the
//! request is refused. Rows without a list get the body as it is.

mod blocks;
mod settings;
mod table;
#[cfg(test)]
mod tests;
mod tools;

use super::Repair;
use crate::json::{Node, Value};
use postern_fault::Fault;
use table::{Part, allows, betas_of};

impl Repair<'_> {
    /// The beta that the vendor would need for a part; none if it has it, or if its row lists none.
    fn lacks(&self, part: Part) -> Option<&'static str> {
        let listed = self.vendor.quirks.betas.as_ref()?;
        let betas = betas_of(part);
        let has = |beta: &&str| listed.iter().any(|listed| allows(listed, beta));
        if betas.iter().any(has) { None } else { betas.first().copied() }
    }

    /// Tells that a part is left out, if the vendor lacks its beta; returns whether it goes.
    fn goes(&mut self, part: Part, path: impl FnOnce() -> String) -> bool {
        let Some(beta) = self.lacks(part) else { return false };
        self.losses.add(path(), format!("the vendor does not know the beta feature {beta}"));
        true
    }

    /// # Errors
    /// The vendor lacks the beta of a part without which the answer would be another.
    fn demand(&self, part: Part, path: impl FnOnce() -> String) -> Result<(), Fault> {
        let Some(beta) = self.lacks(part) else { return Ok(()) };
        let path = path();
        let public = format!(
            "`{path}` needs the beta feature {beta}, which this model's provider does not have: leave it out, or choose a model whose \
             provider has it"
        );
        Err(Fault::invalid_request(&path, public).with_code("unsupported_content"))
    }

    /// Takes `scope` out of a mark of what is worth caching.
    fn unscope(&mut self, holder: &Node<'_>, path: &dyn Fn() -> String) {
        let Some(mark) = holder.get("cache_control").filter(|mark| member(mark, "scope").is_some())
        else {
            return;
        };
        if self.goes(Part::CacheScope, || format!("{}cache_control.scope", path())) {
            self.leave_out(mark, |name| name == "scope");
        }
    }
}

/// The last member of this name, be it `null` or a boolean.
fn member<'n, 'a>(object: &'n Node<'a>, name: &str) -> Option<&'n Node<'a>> {
    let Value::Object(members) = &object.value else { return None };
    members.iter().rev().find(|(key, _)| key == name).map(|(_, node)| node)
}
