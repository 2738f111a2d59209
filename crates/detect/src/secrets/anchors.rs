//! The anchors, for which a text is searched in one pass.

use super::rows::{self, Row};

/// The check at an anchor.
#[derive(Clone, Copy)]
pub enum Target {
    /// A documented form of a token.
    Row(&'static Row),
    /// The header of a key in armour.
    Pem,
    /// A key file of PuTTY.
    Putty,
    /// A JSON web token.
    Jwt,
    /// A web address.
    Address,
    /// The protocol in a connection string of Go's drivers.
    Protocol,
    /// Basic credentials.
    Basic,
    /// A bearer token.
    Bearer,
    /// The flag of a user and its password.
    UserFlag,
    /// The flag of a password.
    PasswordFlag,
    /// The words IDENTIFIED BY of SQL.
    Identified,
    /// A part of the name of a secret.
    Name,
    /// The word for "password" in a language with other letters, or in several words.
    Spoken,
}

/// Parts of the names of secrets; each also in capitals, and with an initial capital.
const NAMES: &[[&str; 3]] = &[
    ["pass", "PASS", "Pass"],
    ["pwd", "PWD", "Pwd"],
    ["pswd", "PSWD", "Pswd"],
    ["psw", "PSW", "Psw"],
    ["secret", "SECRET", "Secret"],
    ["cred", "CRED", "Cred"],
    ["token", "TOKEN", "Token"],
    ["key", "KEY", "Key"],
    ["auth", "AUTH", "Auth"],
    ["salt", "SALT", "Salt"],
    ["jwt", "JWT", "Jwt"],
    ["kennwort", "KENNWORT", "Kennwort"],
    ["wachtwoord", "WACHTWOORD", "Wachtwoord"],
    ["senha", "SENHA", "Senha"],
    ["haslo", "HASLO", "Haslo"],
    ["contrasena", "CONTRASENA", "Contrasena"],
];

/// Names that are too short for a search that ignores case.
const SHORT_NAMES: &[&str] = &["pw", "PW", "PAT", "OTP", "psk", "PSK"];

const SPOKEN: &[&str] = &[
    "mot de passe",
    "Mot de passe",
    "contraseña",
    "Contraseña",
    "la clave",
    "La clave",
    "palavra-passe",
    "hasło",
    "Hasło",
    "hasłem",
    "parola d'ordine",
    "पासवर्ड",
    "密码",
    "密碼",
    "口令",
    "密钥",
    "パスワード",
    "비밀번호",
    "كلمة المرور",
    "كلمة السر",
    "пароль",
    "Пароль",
];

/// All anchors, each with its check, and of at least two bytes.
pub fn all() -> Vec<(&'static str, Target)> {
    let mut anchors: Vec<(&'static str, Target)> = Vec::new();
    for row in rows::ALL.into_iter().flatten() {
        anchors.push((row.anchor, Target::Row(row)));
    }
    anchors.extend([
        ("-----BEGIN ", Target::Pem),
        ("PuTTY-User-Key-File-", Target::Putty),
        ("eyJ", Target::Jwt),
        ("://", Target::Address),
        ("@tcp(", Target::Protocol),
        ("@unix(", Target::Protocol),
        ("Basic ", Target::Basic),
        ("basic ", Target::Basic),
        ("Bearer ", Target::Bearer),
        ("bearer ", Target::Bearer),
        (" -u ", Target::UserFlag),
        (" --user ", Target::UserFlag),
        (" -p", Target::PasswordFlag),
        ("IDENTIFIED BY ", Target::Identified),
        ("identified by ", Target::Identified),
    ]);
    anchors.extend(NAMES.iter().flatten().map(|name| (*name, Target::Name)));
    anchors.extend(SHORT_NAMES.iter().map(|name| (*name, Target::Name)));
    anchors.extend(SPOKEN.iter().map(|name| (*name, Target::Spoken)));
    anchors
}
