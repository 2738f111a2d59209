//! Base64 (RFC 4648) of either alphabet.

use base64::alphabet::{STANDARD, URL_SAFE};
use base64::engine::{DecodePaddingMode, Engine, GeneralPurpose, GeneralPurposeConfig};

const LENIENT: GeneralPurposeConfig = GeneralPurposeConfig::new()
    .with_decode_padding_mode(DecodePaddingMode::Indifferent)
    .with_decode_allow_trailing_bits(true);
const OF_STANDARD: GeneralPurpose = GeneralPurpose::new(&STANDARD, LENIENT);
const OF_URLS: GeneralPurpose = GeneralPurpose::new(&URL_SAFE, LENIENT);

/// Encodes in the standard alphabet, padded.
pub(crate) fn encode(bytes: &[u8]) -> String {
    OF_STANDARD.encode(bytes)
}

/// Decodes the standard or the URL-safe alphabet, padded or not. None: the text is not base64.
pub(crate) fn decode(text: &str) -> Option<Vec<u8>> {
    OF_STANDARD.decode(text).or_else(|_| OF_URLS.decode(text)).ok()
}
