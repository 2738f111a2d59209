//! Verifies AWS's signature, version 4
//! (<https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html>).

use super::errors::Refusal;
use crate::vendors::Call;
use crate::vendors::credentials::{
    AWS_ACCESS_KEY_ID, AWS_REGION, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN,
};
use ring::{digest, hmac};
use std::time::{SystemTime, UNIX_EPOCH};

/// By so much the client's clock may be off.
const LEEWAY_S: i64 = 5 * 60;

/// The parts of `Authorization`.
struct Given<'a> {
    scope: Vec<&'a str>,
    signed: Vec<&'a str>,
    signature: &'a str,
}

fn denied(kind: &str, message: &str) -> Refusal {
    Refusal::new(403, kind, message)
}

pub(super) fn verify(call: &Call<'_>) -> Result<(), Refusal> {
    let Some(authorization) = call.header("authorization") else {
        return Err(denied("MissingAuthenticationTokenException", "Missing Authentication Token"));
    };
    let given = given(authorization).ok_or_else(|| {
        denied("IncompleteSignatureException", "Authorization header requires 'Credential', 'SignedHeaders' and 'Signature' parameters.")
    })?;
    let unknown = || {
        denied(
            "UnrecognizedClientException",
            "The security token included in the request is invalid.",
        )
    };
    let [key, date, region, service, end] = given.scope[..] else { return Err(unknown()) };
    if key != AWS_ACCESS_KEY_ID || call.header("x-amz-security-token") != Some(AWS_SESSION_TOKEN) {
        return Err(unknown());
    }
    let invalid = |message: &str| Err(denied("InvalidSignatureException", message));
    if region != AWS_REGION {
        return invalid(&format!("Credential should be scoped to a valid region, not '{region}'."));
    }
    if service != "bedrock" || end != "aws4_request" {
        return invalid("Credential should be scoped to correct service: 'bedrock'.");
    }
    let time = call.header("x-amz-date").unwrap_or_default();
    if !time.starts_with(date) {
        return invalid(
            "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP",
        );
    }
    punctual(time)?;
    let demanded = ["host", "x-amz-date", "x-amz-security-token"];
    if let Some(name) = demanded.iter().find(|name| !given.signed.contains(name)) {
        return invalid(&format!("'{name}' must be a 'SignedHeader' in the AWS Authorization."));
    }
    let scope = given.scope[1..].join("/");
    let request = hex::encode(
        digest::digest(&digest::SHA256, canonical(call, &given.signed).as_bytes()).as_ref(),
    );
    let text = format!("AWS4-HMAC-SHA256\n{time}\n{scope}\n{request}");
    if hex::encode(sign(&signing_key(date), &text)) != given.signature {
        return invalid(
            "The request signature we calculated does not match the signature you provided. Check your \
             AWS Secret Access Key and signing method. Consult the service documentation for details.",
        );
    }
    Ok(())
}

fn given(authorization: &str) -> Option<Given<'_>> {
    let parts = authorization.strip_prefix("AWS4-HMAC-SHA256 ")?;
    let part = |name: &str| {
        let mut parts = parts.split(',').map(str::trim);
        parts.find_map(|part| part.strip_prefix(name)?.strip_prefix('='))
    };
    Some(Given {
        scope: part("Credential")?.split('/').collect(),
        signed: part("SignedHeaders")?.split(';').collect(),
        signature: part("Signature")?,
    })
}

fn punctual(time: &str) -> Result<(), Refusal> {
    let invalid = |message: String| Err(denied("InvalidSignatureException", &message));
    let Some(signed) = unix_s(time) else {
        return invalid("Date must be in ISO-8601 'basic format'.".to_owned());
    };
    let elapsed = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let now = i64::try_from(elapsed.as_secs()).unwrap_or_default();
    if signed < now - LEEWAY_S {
        return invalid(format!(
            "Signature expired: {time} is now earlier than {} ({} - 5 min.)",
            written(now - LEEWAY_S),
            written(now)
        ));
    }
    if signed > now + LEEWAY_S {
        return invalid(format!(
            "Signature not yet current: {time} is still later than {} ({} + 5 min.)",
            written(now + LEEWAY_S),
            written(now)
        ));
    }
    Ok(())
}

fn canonical(call: &Call<'_>, signed: &[&str]) -> String {
    // Paths are escaped once more than they are on the wire, for every service but S3.
    let path: String = call.path.bytes().map(|byte| escaped(byte, true)).collect();
    let mut query: Vec<&str> = call.query.split('&').filter(|pair| !pair.is_empty()).collect();
    query.sort_unstable();
    let headers = signed.iter().map(|name| {
        let values = call.request.header(name).join(",");
        format!("{name}:{}\n", values.split_whitespace().collect::<Vec<_>>().join(" "))
    });
    let payload = hex::encode(digest::digest(&digest::SHA256, &call.request.body).as_ref());
    format!(
        "{}\n{path}\n{}\n{}\n{}\n{payload}",
        call.method,
        query.join("&"),
        headers.collect::<String>(),
        signed.join(";")
    )
}

fn escaped(byte: u8, keeps_slashes: bool) -> String {
    match byte {
        b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
            char::from(byte).to_string()
        }
        b'/' if keeps_slashes => "/".to_owned(),
        _ => format!("%{byte:02X}"),
    }
}

fn signing_key(date: &str) -> Vec<u8> {
    let first = format!("AWS4{AWS_SECRET_ACCESS_KEY}").into_bytes();
    [date, AWS_REGION, "bedrock", "aws4_request"].iter().fold(first, |key, text| sign(&key, text))
}

fn sign(key: &[u8], text: &str) -> Vec<u8> {
    hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key), text.as_bytes()).as_ref().to_vec()
}

/// The seconds since 1970 of `20261124T190951Z`.
fn unix_s(time: &str) -> Option<i64> {
    let digits = |from: usize, to: usize| time.get(from..to)?.parse::<i64>().ok();
    if time.len() != 16 || time.get(8..9) != Some("T") || !time.ends_with('Z') {
        return None;
    }
    let days = days(digits(0, 4)?, digits(4, 6)?, digits(6, 8)?);
    Some(days * 86_400 + digits(9, 11)? * 3_600 + digits(11, 13)? * 60 + digits(13, 15)?)
}

/// From 1970-01-01 to this day of the Gregorian calendar, with years that begin in March.
fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    365 * year + year / 4 - year / 100 + year / 400 + day_of_year - 719_468
}

fn written(unix_s: i64) -> String {
    let (day, rest) = (unix_s.div_euclid(86_400), unix_s.rem_euclid(86_400));
    // The last year, month and day whose first moment is not later.
    let year = (1970..).take_while(|year| days(*year, 1, 1) <= day).last().unwrap_or(1970);
    let month = (1..=12).take_while(|month| days(year, *month, 1) <= day).last().unwrap_or(1);
    let date = day - days(year, month, 1) + 1;
    let (hours, minutes, seconds) = (rest / 3_600, rest / 60 % 60, rest % 60);
    format!("{year:04}{month:02}{date:02}T{hours:02}{minutes:02}{seconds:02}Z")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_as_they_are_written() {
        for time in ["19700101T000000Z", "20240229T235959Z", "20261124T190951Z", "20261231T120000Z"]
        {
            assert_eq!(written(unix_s(time).unwrap()), time);
        }
        assert_eq!(unix_s("20261124T190951Z"), Some(1_795_547_391));
    }
}
