//! Clouds and hosting.

use super::super::class::{alnum, base64, digit, dotted, hex, lower, upper, url64};
use super::{Check, Row, between, exactly, row, text};

pub const ROWS: &[Row] = &[
    // https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-unique-ids
    row("aws_access_key_id", "AKIA", &[exactly(upper, 16)]),
    row("aws_access_key_id", "ASIA", &[exactly(upper, 16)]),
    row("aws_access_key_id", "ABIA", &[exactly(upper, 16)]),
    row("aws_access_key_id", "ACCA", &[exactly(upper, 16)]),
    // https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_temp_use-resources.html
    row("aws_session_token", "FwoGZXIvYXdz", &[between(base64, 80, 2_000)]),
    row("aws_session_token", "IQoJb3JpZ2luX2Vj", &[between(base64, 80, 2_000)]),
    // https://docs.aws.amazon.com/bedrock/latest/userguide/api-keys-how.html
    row("aws_bedrock_key", "ABSK", &[between(base64, 109, 280)]),
    row("aws_bedrock_key", "bedrock-api-key-", &[between(base64, 60, 2_000)]),
    // https://developer-docs.amazon.com/sp-api/docs
    row("amazon_mws_token", "amzn.mws.", &[exactly(hex, 8), text("-"), between(hexes, 27, 27)]),
    // https://cloud.google.com/docs/authentication/api-keys
    row("gcp_api_key", "AIza", &[exactly(url64, 35)]),
    row("gcp_api_key", "AQ.Ab", &[between(url64, 45, 60)]).check(Check::Random),
    // https://developers.google.com/identity/protocols/oauth2
    row("google_client_secret", "GOCSPX-", &[exactly(url64, 28)]),
    row("google_access_token", "ya29.", &[between(url64, 30, 400)]),
    row("google_refresh_token", "1//0", &[between(url64, 40, 120)]),
    // https://firebase.google.com/docs/cloud-messaging/auth-server
    row("firebase_server_key", ":APA91b", &[between(url64, 120, 180)]).before(url64, 11, 22),
    // https://learn.microsoft.com/entra/identity-platform/howto-create-service-principal-portal
    row("azure_client_secret", "Q~", &[between(azure, 31, 34)])
        .before(azure, 4, 4)
        .check(Check::Random),
    // https://learn.microsoft.com/azure/devops/organizations/accounts/use-personal-access-tokens-to-authenticate
    row("azure_token", "JQQJ99", &[between(alnum, 20, 40)]).before(alnum, 40, 60),
    // https://learn.microsoft.com/rest/api/storageservices/service-sas: the signature is an HMAC-SHA256.
    row("azure_sas_signature", "sig=", &[between(sas, 43, 60)]).check(Check::Random),
    // https://docs.digitalocean.com/reference/api/create-personal-access-token
    row("digitalocean_token", "dop_v1_", &[exactly(hex, 64)]),
    row("digitalocean_token", "doo_v1_", &[exactly(hex, 64)]),
    row("digitalocean_token", "dor_v1_", &[exactly(hex, 64)]),
    row("digitalocean_spaces_key", "DO00", &[exactly(upper, 16)]).check(Check::Random),
    // https://developers.cloudflare.com/api/operations/origin-ca-list-certificates
    row(
        "cloudflare_origin_ca_key",
        "v1.0-",
        &[between(hex, 24, 24), text("-"), between(hex, 100, 200)],
    ),
    row("cloudflare_token", "cfut_", &[between(alnum, 40, 60)]),
    row("cloudflare_token", "cfat_", &[between(alnum, 40, 60)]),
    // https://devcenter.heroku.com/articles/authentication
    row("heroku_key", "HRKU-", &[between(url64, 36, 70)]),
    // https://www.alibabacloud.com/help/ram/user-guide/create-an-accesskey-pair
    row("alibaba_access_key_id", "LTAI", &[between(alnum, 12, 24)]).check(Check::Random),
    // https://www.tencentcloud.com/document/product/598/32675
    row("tencent_secret_id", "AKID", &[between(alnum, 32, 36)]).check(Check::Random),
    // https://yandex.cloud/docs/iam/concepts/authorization/api-key
    row("yandex_api_key", "AQVN", &[between(url64, 35, 38)]),
    row("yandex_secret_key", "YC", &[exactly(url64, 38)]).check(Check::Random),
    // https://www.scaleway.com/en/docs/iam/how-to/create-api-keys
    row("scaleway_access_key", "SCW", &[exactly(upper, 17)]).check(Check::Random),
    // https://fly.io/docs/security/tokens
    row("fly_token", "fo1_", &[exactly(url64, 43)]),
    row("fly_token", "fm2_", &[between(base64, 80, 2_000)]),
    row("fly_token", "fm1r_", &[between(base64, 80, 2_000)]),
    // https://docs.netlify.com/api/get-started
    row("netlify_token", "nfp_", &[between(alnum, 36, 40)]),
    // https://render.com/docs/api
    row("render_key", "rnd_", &[between(alnum, 28, 36)]),
    // https://supabase.com/docs/guides/api/api-keys
    row("supabase_token", "sbp_", &[exactly(hex, 40)]),
    row("supabase_secret_key", "sb_secret_", &[between(url64, 30, 50)]),
    // https://planetscale.com/docs/concepts/planetscale-api-oauth-applications
    row("planetscale_token", "pscale_tkn_", &[between(dotted, 32, 64)]),
    row("planetscale_password", "pscale_pw_", &[between(dotted, 32, 64)]),
    row("planetscale_token", "pscale_oauth_", &[between(dotted, 32, 64)]),
    // https://neon.tech/docs/manage/api-keys
    row("neon_key", "napi_", &[between(lower, 50, 80)]),
    // https://tailscale.com/kb/1277/key-prefixes
    row("tailscale_key", "tskey-", &[between(url64, 20, 80)]),
    // https://docs.openshift.com/container-platform/latest/authentication
    row("openshift_token", "sha256~", &[exactly(url64, 43)]),
    // https://docs.scalingo.com/platform/user-management/authentication/tokens
    row("scalingo_token", "tk-us-", &[exactly(url64, 48)]),
    // https://cloudinary.com/documentation: cloudinary://key:secret@cloud is a web address with a password.
    // https://core.telegram.org/bots/api#authorizing-your-bot
    row("telegram_bot_token", ":AA", &[between(url64, 32, 34)]).before(digit, 8, 11),
];

const fn hexes(byte: u8) -> bool {
    hex(byte) || byte == b'-'
}

const fn sas(byte: u8) -> bool {
    base64(byte) || byte == b'%'
}

const fn azure(byte: u8) -> bool {
    url64(byte) || matches!(byte, b'.' | b'~')
}
