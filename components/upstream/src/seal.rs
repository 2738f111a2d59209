//! Seals and opens texts that are kept where others may read.

use crate::secrets;
use postern_contract::types::delegation::{Sealing, Unsealing};
use postern_credential::seal::{Key, NONCE_BYTES, REMEDY};
use postern_fault::{Fault, Kind};
use spin_sdk::wasip3::random::random::get_random_u64;

/// Seals a text with a random nonce.
///
/// # Errors
///
/// There is no key, or it is none.
pub async fn seal(wanted: Sealing) -> Result<String, Fault> {
    let key = key(&wanted.variable).await?;
    let mut nonce = [0; NONCE_BYTES];
    for part in nonce.chunks_mut(8) {
        part.copy_from_slice(&get_random_u64().to_le_bytes());
    }
    let sealed = key.seal(nonce, &wanted.text, &wanted.context);
    sealed.ok_or_else(|| unavailable("the text is too long to be sealed".to_owned()))
}

/// Opens a sealed text; none if it does not open.
///
/// # Errors
///
/// As [`seal`].
pub async fn unseal(wanted: Unsealing) -> Result<Option<String>, Fault> {
    let key = key(&wanted.variable).await?;
    Ok(key.unseal(&wanted.sealed, &wanted.context))
}

async fn key(variable: &str) -> Result<Key, Fault> {
    let text = secrets::read(variable).await;
    let text = text.map_err(|fault| unavailable(fault.private.unwrap_or_default()))?;
    if text.is_empty() {
        return Err(unavailable(format!("the variable `{variable}` is empty: {REMEDY}")));
    }
    Key::parse(&text).map_err(|error| unavailable(format!("the variable `{variable}`: {error}")))
}

fn unavailable(private: String) -> Fault {
    let public = "the gateway cannot keep what was replaced in this conversation: its key is missing or wrong";
    Fault::new(Kind::Unavailable, public).with_code("originals_unavailable").with_private(private)
}
