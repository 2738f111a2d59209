//! Base64url, RFC 7515, section 2.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// The bytes of a base64url text; nothing with padding, foreign characters or loose bits at the end, so that no
/// two texts mean the same bytes.
pub(crate) fn decode(text: &str) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(text).ok()
}
