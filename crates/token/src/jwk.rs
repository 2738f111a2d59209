//! One key of a set, RFC 7517, section 4; RFC 7518, section 6; RFC 8037, section 2.

use serde_json::{Map, Value};

use crate::Algorithm;
use crate::encoding::decode;
use crate::public_key::PublicKey;
use crate::shown::Shown;

/// The longest `kid` in bytes: issuers write up to 90.
pub(crate) const MAX_KEY_ID_BYTES: usize = 256;

/// A key that verifies tokens.
#[derive(Clone)]
pub(crate) struct Key {
    pub(crate) id: Option<String>,
    /// The only algorithm it may be used with, if the set names one.
    pub(crate) algorithm: Option<Algorithm>,
    pub(crate) key: PublicKey,
}

/// Why a key is not used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    /// Not an object, or a member is missing or of another type.
    #[error("{0} is missing or not {1}")]
    Member(&'static str, &'static str),
    /// An unsupported type of key, such as `oct`: a shared secret does not belong in a public set.
    #[error("kty {} is not RSA, EC or OKP", Shown(.0))]
    Type(String),
    /// An unsupported curve of its type.
    #[error("crv {} is not supported for kty {}", Shown(.0), .1)]
    Curve(String, &'static str),
    /// For encryption.
    #[error("use {} is not sig", Shown(.0))]
    Use(String),
    /// Not for verifying.
    #[error("key_ops has no verify")]
    Operations,
    /// Not a signature algorithm, or one of another type of key.
    #[error("alg {} is no signature algorithm of this key", Shown(.0))]
    Algorithm(String),
    /// An RSA key that is not safe to use.
    #[error("the RSA key must have 2048 to 4096 bits and the exponent 65537")]
    Rsa,
    /// Not a point of the curve, in coordinates of the curve's length.
    #[error("x and y are no point of {0}")]
    Point(&'static str),
    /// Not an Ed25519 key, or one of small order.
    #[error("x is no safe Ed25519 key")]
    Ed25519,
}

/// Reads a key. Private members, which do not belong in a set, are ignored.
pub(crate) fn read(value: &Value) -> Result<Key, Problem> {
    let members = value.as_object().ok_or(Problem::Member("the key", "an object"))?;
    let id = optional_text(members, "kid")?.map(str::to_owned);
    if id.as_ref().is_some_and(|id| id.len() > MAX_KEY_ID_BYTES) {
        return Err(Problem::Member("kid", "at most 256 bytes"));
    }
    check_purpose(members)?;
    let key = match text(members, "kty")? {
        "RSA" => rsa(members)?,
        "EC" => elliptic(members)?,
        "OKP" => octet_pair(members)?,
        other => return Err(Problem::Type(other.to_owned())),
    };
    let algorithm = algorithm(members, &key)?;
    Ok(Key { id, algorithm, key })
}

/// `use` and `key_ops`, RFC 7517, sections 4.2 and 4.3.
fn check_purpose(members: &Map<String, Value>) -> Result<(), Problem> {
    if let Some(purpose) = optional_text(members, "use")?
        && purpose != "sig"
    {
        return Err(Problem::Use(purpose.to_owned()));
    }
    match members.get("key_ops") {
        None => Ok(()),
        Some(Value::Array(operations)) if operations.iter().any(|one| one == "verify") => Ok(()),
        Some(_) => Err(Problem::Operations),
    }
}

fn algorithm(members: &Map<String, Value>, key: &PublicKey) -> Result<Option<Algorithm>, Problem> {
    let Some(word) = optional_text(members, "alg")? else { return Ok(None) };
    match word.parse() {
        Ok(algorithm) if key.fits(algorithm) => Ok(Some(algorithm)),
        _ => Err(Problem::Algorithm(word.to_owned())),
    }
}

fn rsa(members: &Map<String, Value>) -> Result<PublicKey, Problem> {
    let (modulus, exponent) = (bytes(members, "n")?, bytes(members, "e")?);
    PublicKey::rsa(&modulus, &exponent).ok_or(Problem::Rsa)
}

type FromPoint = fn(&[u8]) -> Option<PublicKey>;

fn elliptic(members: &Map<String, Value>) -> Result<PublicKey, Problem> {
    // The bytes of a coordinate, RFC 7518, section 6.2.1.2: always the full length.
    let (curve, length, from_point): (_, _, FromPoint) = match text(members, "crv")? {
        "P-256" => ("P-256", 32, PublicKey::p256),
        "P-384" => ("P-384", 48, PublicKey::p384),
        "P-521" => ("P-521", 66, PublicKey::p521),
        other => return Err(Problem::Curve(other.to_owned(), "EC")),
    };
    let (x, y) = (bytes(members, "x")?, bytes(members, "y")?);
    if x.len() != length || y.len() != length {
        return Err(Problem::Point(curve));
    }
    // SEC 1, section 2.3.3: 4 marks a point with both coordinates.
    from_point(&[&[4], x.as_slice(), y.as_slice()].concat()).ok_or(Problem::Point(curve))
}

fn octet_pair(members: &Map<String, Value>) -> Result<PublicKey, Problem> {
    match text(members, "crv")? {
        "Ed25519" => PublicKey::ed25519(&bytes(members, "x")?).ok_or(Problem::Ed25519),
        other => Err(Problem::Curve(other.to_owned(), "OKP")),
    }
}

fn optional_text<'a>(
    members: &'a Map<String, Value>,
    name: &'static str,
) -> Result<Option<&'a str>, Problem> {
    match members.get(name) {
        None => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(_) => Err(Problem::Member(name, "a string")),
    }
}

fn text<'a>(members: &'a Map<String, Value>, name: &'static str) -> Result<&'a str, Problem> {
    optional_text(members, name)?.ok_or(Problem::Member(name, "a string"))
}

fn bytes(members: &Map<String, Value>, name: &'static str) -> Result<Vec<u8>, Problem> {
    decode(text(members, name)?).ok_or(Problem::Member(name, "base64url without padding"))
}
