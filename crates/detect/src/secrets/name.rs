//! The kind of secret that the name of a variable, field or flag announces.

use rustc_hash::FxHashSet as HashSet;
use std::sync::LazyLock;

/// The kind of secret that a name announces.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A password, which a person may have chosen.
    Password,
    /// A secret, chosen or generated.
    Secret,
    /// A token or a key, which is generated.
    Token,
    /// A key of an unknown kind, which must be long and generated.
    Key,
}

/// Words, by their list.
struct Words {
    /// Words after the secret's word that make it the name of a property of the secret.
    about: HashSet<&'static str>,
    /// Words before `key` that make it a secret.
    secret_key: HashSet<&'static str>,
    /// Words before `key` that make it another kind of key.
    other_key: HashSet<&'static str>,
}

/// Builds what is looked up.
pub fn prepare() {
    LazyLock::force(&WORDS);
}

static WORDS: LazyLock<Words> = LazyLock::new(|| {
    let mut words = Words {
        about: HashSet::default(),
        secret_key: HashSet::default(),
        other_key: HashSet::default(),
    };
    let mut list = "";
    for line in include_str!("data/name_words.txt").lines().filter(|line| !line.starts_with('#')) {
        match line.strip_prefix('[').and_then(|line| line.strip_suffix(']')) {
            Some(name) => list = name,
            None => {
                let set = match list {
                    "about" => &mut words.about,
                    "secret_key" => &mut words.secret_key,
                    _ => &mut words.other_key,
                };
                set.extend(line.split_whitespace());
            }
        }
    }
    words
});

/// The words of a name, in lower case: `dbPassword`, `DB_PASSWORD` and `db-password` have the same two.
pub fn words(name: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut last = ' ';
    let mut characters = name.chars().peekable();
    while let Some(character) = characters.next() {
        if character.is_alphanumeric() {
            let next_is_small = characters.peek().is_some_and(|next| next.is_lowercase());
            let begins = !last.is_alphanumeric()
                || (character.is_uppercase()
                    && (last.is_lowercase()
                        || last.is_numeric()
                        || (last.is_uppercase() && next_is_small)));
            if begins {
                words.push(String::new());
            }
            if let Some(word) = words.last_mut() {
                word.extend(character.to_lowercase());
            }
        }
        last = character;
    }
    words
}

/// The kind of secret that this name announces.
pub fn kind(name: &str) -> Option<Kind> {
    let words = words(name);
    let at = words.iter().rposition(|word| stem(word).is_some())?;
    let mut kind = stem(words.get(at)?)?;
    let (before, after) = words.split_at_checked(at)?;
    let lists = &*WORDS;
    let about =
        |word: &String| lists.about.contains(word.trim_end_matches(|c: char| c.is_ascii_digit()));
    if after.iter().skip(1).any(about)
        || before.iter().any(|word| {
            matches!(
                word.as_str(),
                "hashed"
                    | "hash"
                    | "max"
                    | "min"
                    | "num"
                    | "has"
                    | "is"
                    | "no"
                    | "len"
                    | "use"
                    | "encrypted"
                    | "forgot"
                    | "reset"
                    | "show"
                    | "hide"
                    | "enable"
                    | "disable"
            )
        })
    {
        return None;
    }
    if kind == Kind::Key {
        let any = |set: &HashSet<&str>| before.iter().any(|word| set.contains(word.as_str()));
        if any(&lists.other_key) {
            return None;
        }
        if any(&lists.secret_key) {
            kind = Kind::Token;
        }
    }
    Some(kind)
}

/// Whether the name announces a digest or an identifier.
pub fn is_digest(name: &str) -> bool {
    words(name).iter().any(|word| {
        matches!(
            word.as_str(),
            "hash"
                | "sha"
                | "sha1"
                | "sha256"
                | "sha512"
                | "md5"
                | "digest"
                | "checksum"
                | "commit"
                | "rev"
                | "revision"
                | "etag"
                | "integrity"
                | "fingerprint"
                | "thumbprint"
        )
    })
}

/// Words for passwords, and endings of such words.
const PASSWORD_ENDS: &[&str] = &[
    "password",
    "passwd",
    "passphrase",
    "passcode",
    "passwort",
    "kennwort",
    "wachtwoord",
    "senha",
    "haslo",
    "pwd",
    "pswd",
    "psk",
    "requirepass",
    "authpass",
    "passwrd",
];
const PASSWORDS: &[&str] = &[
    "pass",
    "pw",
    "psw",
    "contrasena",
    "pgpassword",
    "dbpass",
    "userpass",
    "sshpass",
    "rootpass",
    "mypass",
    "dbpw",
    "userpw",
    "adminpass",
];
const SECRET_ENDS: &[&str] = &["secret", "credential"];
const SECRETS: &[&str] = &["credentials", "cred", "creds", "secrets", "salt"];
const TOKEN_ENDS: &[&str] = &[
    "token",
    "apikey",
    "accesskey",
    "authkey",
    "secretkey",
    "privatekey",
    "authtoken",
    "appkey",
    "accountkey",
    "sharedkey",
    "masterkey",
    "encryptionkey",
    "clientkey",
];
const TOKENS: &[&str] = &["auth", "authorization", "bearer", "pat", "jwt", "otp", "apitoken"];

fn stem(word: &str) -> Option<Kind> {
    let word = word.trim_end_matches(|c: char| c.is_ascii_digit());
    let is = |ends: &[&str], words: &[&str]| {
        ends.iter().any(|end| word.ends_with(end)) || words.contains(&word)
    };
    if is(PASSWORD_ENDS, PASSWORDS) {
        return Some(Kind::Password);
    }
    if is(SECRET_ENDS, SECRETS) {
        return Some(Kind::Secret);
    }
    if is(TOKEN_ENDS, TOKENS) {
        return Some(Kind::Token);
    }
    matches!(word, "key" | "keys").then_some(Kind::Key)
}
