//! Texts that are sealed so that they can be kept where others may read: XChaCha20-Poly1305
//! (<https://datatracker.ietf.org/doc/html/draft-irtf-cfrg-xchacha>).
//!
//! Its nonce has 192 bits, so that random ones do not repeat under one key, however many texts are sealed.

use base64::Engine as _;
use base64::alphabet;
use base64::engine::DecodePaddingMode;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig, URL_SAFE_NO_PAD};
use chacha20poly1305::aead::{Aead as _, KeyInit as _, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};

/// The bytes of a key.
pub const KEY_BYTES: usize = 32;

/// The bytes of a nonce.
pub const NONCE_BYTES: usize = 24;

/// The form of a sealed text: a later one begins with another number.
const VERSION: &str = "1.";

/// What makes a key.
pub const REMEDY: &str = "give it 32 random bytes, as `openssl rand -hex 32` prints them";

/// Whether a `=` ends a text depends on what printed it.
const LENIENT: GeneralPurposeConfig =
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
const STANDARD: GeneralPurpose = GeneralPurpose::new(&alphabet::STANDARD, LENIENT);
const URL_SAFE: GeneralPurpose = GeneralPurpose::new(&alphabet::URL_SAFE, LENIENT);

/// A key. It is never printed.
pub struct Key(XChaCha20Poly1305);

/// A text that is no key. The text is not repeated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum WrongKey {
    /// It does not have the form of a key.
    #[error("it is not {KEY_BYTES} bytes in hexadecimal or base64; {REMEDY}")]
    Malformed,
    /// All its bytes are the same.
    #[error("all bytes of the key are the same, so it can be guessed; {REMEDY}")]
    Guessable,
}

impl Key {
    /// Reads 32 bytes in hexadecimal or base64, with white space around them.
    ///
    /// # Errors
    ///
    /// [`WrongKey`].
    pub fn parse(text: &str) -> Result<Self, WrongKey> {
        let text = text.trim();
        let bytes = hex::decode(text).ok().filter(|bytes| bytes.len() == KEY_BYTES);
        let bytes = bytes.or_else(|| STANDARD.decode(text).ok());
        let bytes = bytes.or_else(|| URL_SAFE.decode(text).ok()).ok_or(WrongKey::Malformed)?;
        let cipher = XChaCha20Poly1305::new_from_slice(&bytes).map_err(|_| WrongKey::Malformed)?;
        match bytes.iter().all(|byte| Some(byte) == bytes.first()) {
            true => Err(WrongKey::Guessable),
            false => Ok(Self(cipher)),
        }
    }

    /// Seals a text. It opens with the same key and the same context; `nonce` must be random.
    ///
    /// Returns `None` for a text of over 256 GiB, the cipher's limit.
    #[must_use]
    pub fn seal(&self, nonce: [u8; NONCE_BYTES], text: &str, context: &str) -> Option<String> {
        let payload = Payload { msg: text.as_bytes(), aad: context.as_bytes() };
        let sealed = self.0.encrypt(&XNonce::from(nonce), payload).ok()?;
        Some(format!("{VERSION}{}", URL_SAFE_NO_PAD.encode([nonce.as_slice(), &sealed].concat())))
    }

    /// Opens a sealed text; `None` if it was sealed with another key or for another context, or was changed.
    #[must_use]
    pub fn unseal(&self, sealed: &str, context: &str) -> Option<String> {
        let bytes = URL_SAFE_NO_PAD.decode(sealed.strip_prefix(VERSION)?).ok()?;
        let (nonce, sealed) = bytes.split_first_chunk::<NONCE_BYTES>()?;
        let payload = Payload { msg: sealed, aad: context.as_bytes() };
        let text = self.0.decrypt(&XNonce::from(*nonce), payload).ok()?;
        String::from_utf8(text).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEX: &str = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";

    fn key() -> Key {
        Key::parse(HEX).unwrap()
    }

    #[test]
    fn takes_a_key_as_programs_print_it() {
        let sealed = key().seal([7; 24], "text", "context").unwrap();
        for (same, how) in [
            (HEX.to_owned(), "hexadecimal"),
            (HEX.to_uppercase(), "capitals"),
            (format!(" {HEX}\n"), "with a line end"),
            ("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=".to_owned(), "base64"),
            ("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8".to_owned(), "without padding"),
        ] {
            let key = Key::parse(&same).unwrap();
            assert_eq!(key.unseal(&sealed, "context").as_deref(), Some("text"), "{how}");
        }
        let (standard, url_safe) =
            (format!("{}8=", "+/".repeat(21)), format!("{}8", "-_".repeat(21)));
        let sealed = Key::parse(&standard).unwrap().seal([7; 24], "text", "").unwrap();
        assert_eq!(Key::parse(&url_safe).unwrap().unseal(&sealed, "").as_deref(), Some("text"));
    }

    #[test]
    fn takes_nothing_else_and_does_not_repeat_it() {
        for (wrong, error) in [
            ("", WrongKey::Malformed),
            ("hunter2hunter2", WrongKey::Malformed),
            (HEX.strip_suffix("1f").unwrap(), WrongKey::Malformed),
            (&*format!("{HEX}20"), WrongKey::Malformed),
            ("correct horse battery staple 123", WrongKey::Malformed),
            (&*"00".repeat(32), WrongKey::Guessable),
            (&*"A".repeat(43), WrongKey::Guessable),
        ] {
            let Err(found) = Key::parse(wrong) else { panic!("{wrong} was taken") };
            assert_eq!(found, error, "{wrong}");
            assert!(wrong.is_empty() || !found.to_string().contains(wrong), "{found}");
        }
    }

    #[test]
    fn opens_with_the_same_key_and_context_alone() {
        let sealed = key().seal([7; 24], "Anna Schmidt", "caller and conversation").unwrap();
        assert!(!sealed.contains("Anna"), "{sealed}");
        let open = |key: &Key, sealed: &str, context| key.unseal(sealed, context);
        assert_eq!(
            open(&key(), &sealed, "caller and conversation").as_deref(),
            Some("Anna Schmidt")
        );
        let other = Key::parse(&HEX.replace("1f", "2f")).unwrap();
        assert_eq!(open(&other, &sealed, "caller and conversation"), None, "another key");
        assert_eq!(open(&key(), &sealed, "caller and another"), None, "another context");
        for at in 0..sealed.len() {
            let mut changed = sealed.clone().into_bytes();
            changed[at] = if changed[at] == b'A' { b'B' } else { b'A' };
            let changed = String::from_utf8(changed).unwrap();
            assert_eq!(open(&key(), &changed, "caller and conversation"), None, "changed at {at}");
        }
        for wrong in ["", "1.", "1.AAAA", "2.AAAA", "?"] {
            assert_eq!(open(&key(), wrong, ""), None, "{wrong}");
        }
    }

    /// Draft-irtf-cfrg-xchacha-03, A.3.1.
    #[test]
    fn seals_as_the_draft_does() {
        let bytes =
            |from: u8, to: u8| (from..to).map(|byte| format!("{byte:02x}")).collect::<String>();
        let key = Key::parse(&bytes(0x80, 0xa0)).unwrap();
        let nonce: Vec<u8> = (0x40..0x58).collect();
        let text = "Ladies and Gentlemen of the class of '99: If I could offer you only one tip for the future, sunscreen would be it.";
        let context = [0x50, 0x51, 0x52, 0x53, 0xc0, 0xc1, 0xc2, 0xc3, 0xc4, 0xc5, 0xc6, 0xc7];
        let payload = Payload { msg: text.as_bytes(), aad: &context };
        let nonce = XNonce::from(<[u8; 24]>::try_from(nonce).unwrap());
        let sealed = hex::encode(key.0.encrypt(&nonce, payload).unwrap());
        assert!(sealed.starts_with("bd6d179d3e83d43b9576579493c0e939"), "{sealed}");
        assert!(sealed.ends_with("c0875924c1c7987947deafd8780acf49"), "{sealed}");
    }
}
