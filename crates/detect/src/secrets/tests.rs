#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a test may panic"
)]

use crate::{Detector, DetectorSet, Scanner, Text};

fn found(scanner: &Scanner, text: &str) -> Vec<String> {
    let findings = scanner.scan(&Text::new(text), DetectorSet::from_iter([Detector::Credential]));
    findings.into_iter().map(|finding| text[finding.span].to_owned()).collect()
}

/// A text and the credential in it; "" if there is none.
const TEXTS: &[(&str, &str)] = &[
    ("password = \"hunter2!\"", "hunter2!"),
    ("DB_PASSWORD=Tr0ub4dor&3", "Tr0ub4dor&3"),
    ("spring.datasource.password: s3cr3tPa55", "s3cr3tPa55"),
    ("{\"apiKey\": \"9f8a7c6b5d4e3f2a1b0c9d8e7f6a5b4c\"}", "9f8a7c6b5d4e3f2a1b0c9d8e7f6a5b4c"),
    (
        "<add key=\"x\" connectionString=\"Server=db;User Id=sa;Password=Qw3rty!23;\" />",
        "Qw3rty!23",
    ),
    ("jdbc:mysql://db/x?user=root&password=m4gicW0rd&ssl=true", "m4gicW0rd"),
    ("postgres://app:Zx81kk0p@db.internal:5432/x", "Zx81kk0p"),
    ("redis://:Zx81kk0p@cache:6379", "Zx81kk0p"),
    ("curl -u admin:Sup3rS3cret https://x.test", "Sup3rS3cret"),
    ("sshpass -p 'Xy12!abc' ssh root@x", "Xy12!abc"),
    ("mysqldump -u root -pXy12abcd shop", "Xy12abcd"),
    ("Authorization: Basic YWRtaW46czNjcjN0cHc=", "YWRtaW46czNjcjN0cHc="),
    ("The password for the staging server is hunter2!", "hunter2!"),
    ("Das Passwort lautet Sommer2024!", "Sommer2024!"),
    ("Le mot de passe est Soleil#99.", "Soleil#99"),
    ("La contraseña es Verano2023", "Verano2023"),
    ("密码是abc12345", "abc12345"),
    ("पासवर्ड Dilli@123 है", "Dilli@123"),
    ("log in with Winter2020 as the password", "Winter2020"),
    ("- name: DB_PASSWORD\n  value: \"pl4in-t3xt\"", "pl4in-t3xt"),
    ("variable \"db_password\" { default = \"pl4in-t3xt\" }", "pl4in-t3xt"),
    ("private static final String PASSWORD = \"sesame\";", "sesame"),
    ("let secret: &str = \"k8Jd02mQpL4x\";", "k8Jd02mQpL4x"),
    ("conn.setPassword(\"op3nup\")", "op3nup"),
    ("<password>op3nup77</password>", "op3nup77"),
    ("x-api-key: 7Hq2kP0vXw9sLm3D", "7Hq2kP0vXw9sLm3D"),
    ("root:x7Kp2mQz@tcp(127.0.0.1:3306)/db", "x7Kp2mQz"),
    ("  password => 'Secret123',", "Secret123"),
    ("<entry key=\"db.password\">tiger99</entry>", "tiger99"),
    ("password:\n  value: S3cur3Pw", "S3cur3Pw"),
    ("WIFI_PSK=\"MyHomeWifi2020\"", "MyHomeWifi2020"),
    ("password = get_password()", ""),
    ("password = os.environ[\"DB_PASSWORD\"]", ""),
    ("password: ${DB_PASSWORD}", ""),
    ("password = \"<your password>\"", ""),
    ("password: string", ""),
    ("API_KEY=YOUR_API_KEY", ""),
    ("API_KEY=xxxxxxxxxxxxxxxxxxxx", ""),
    ("token = process.env.TOKEN", ""),
    ("max_tokens: 1024", ""),
    ("The password is required and must have 12 characters.", ""),
    ("the password is incorrect", ""),
    ("if password == confirm_password:", ""),
    ("password_hash = \"5f4dcc3b5aa765d61d8327deb882cf99\"", ""),
    ("commit 9fceb02d0ae598e95dc970b74767f19372d61af8", ""),
    ("id: 3f2504e0-4f89-41d3-9a0c-0305e82c3301", ""),
    ("AKIAIOSFODNN7EXAMPLE", ""),
    ("integrity=\"sha384-oqVuAfXRKap7fdgcCY5uykM6+R9GqQ8K/uxy9rx7HNQlGYl1kPzQho1wx4JwY8wC\"", ""),
    ("primary_key = \"order_id\"", ""),
    ("<input type=\"password\" name=\"password\" placeholder=\"Password\">", ""),
    ("\"password\": \"Passwort\",", ""),
    ("secretName: my-app-tls", ""),
    ("https://example.org/a:b/c@d", ""),
    ("assert line.startswith(\"-----BEGIN RSA PRIVATE KEY-----\")", ""),
];

#[test]
fn credentials_are_found_where_their_name_says_so() {
    let scanner = Scanner::new();
    let mut wrong = Vec::new();
    for (text, expected) in TEXTS {
        let found = found(&scanner, text);
        let right = if expected.is_empty() { found.is_empty() } else { found == [*expected] };
        if !right {
            wrong.push(format!("{text:?}\n    {expected:?}, not {found:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_key_in_armour_is_found_as_a_whole() {
    let body = "MIIEpAIBAAKCAQEA7bq9X2LmVtQk0dGZ8yW1rPzSxNcFhJ4uTvKoEiBgYlMaDwQs\n".repeat(6);
    let key = format!("-----BEGIN RSA PRIVATE KEY-----\n{body}-----END RSA PRIVATE KEY-----");
    assert_eq!(found(&Scanner::new(), &format!("here:\n{key}\nthanks")), [key]);
}

/// The most bytes that the checks read per byte of any text.
const STEPS_PER_BYTE: usize = 150;

#[test]
fn the_checks_read_each_byte_a_bounded_number_of_times() {
    let scanner = Scanner::new();
    let parts = [
        "7",
        "@",
        " ",
        "a",
        "\"'",
        ".",
        "-",
        "sk-",
        "-sk-",
        "eyJ",
        "-eyJ",
        "key ",
        "password=",
        "password: ",
        "token",
        "a://",
        "a://u:p@",
        "-----BEGIN ",
        "-----BEGIN PRIVATE KEY-----",
        "PuTTY-User-Key-File-",
        "Bearer a",
        "Basic ",
        "AKIA",
        "SG.",
        "xoxb-1-",
        ":AA",
        "Q~",
        "the password is ",
        " -p",
        "curl -u ",
        "IDENTIFIED BY '",
        "secret\": \"",
        "\u{5bc6}\u{7801}",
        "pw=\"",
        "value",
        "key=",
    ];
    let mut slow = Vec::new();
    for part in parts {
        for length in [5_000, 50_000] {
            let text = part.repeat(length / part.len());
            super::class::STEPS.with(|steps| steps.set(0));
            found(&scanner, &text);
            let steps = super::class::STEPS.with(std::cell::Cell::get);
            if steps > STEPS_PER_BYTE * text.len() {
                slow.push(format!(
                    "{part:?}: {} steps a byte for {length} bytes",
                    steps / text.len()
                ));
            }
        }
    }
    assert!(slow.is_empty(), "{}", slow.join("\n"));
}
