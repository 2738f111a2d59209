//! Payments, messages, and other services.

use super::super::class::{alnum, base64, digit, dotted, hex, lower, upper, url64};
use super::{Check, Row, between, exactly, row, text};

pub const ROWS: &[Row] = &[
    // https://docs.stripe.com/keys
    row("stripe_key", "sk_live_", &[between(alnum, 20, 250)]),
    row("stripe_key", "sk_test_", &[between(alnum, 20, 250)]),
    row("stripe_key", "rk_live_", &[between(alnum, 20, 250)]),
    row("stripe_key", "rk_test_", &[between(alnum, 20, 250)]),
    row("webhook_secret", "whsec_", &[between(base64, 24, 80)]),
    // https://developer.squareup.com/docs/build-basics/access-tokens
    row("square_token", "sq0atp-", &[between(url64, 22, 43)]),
    row("square_secret", "sq0csp-", &[between(url64, 43, 43)]),
    row("square_token", "EAAA", &[exactly(url64, 60)]).check(Check::Random),
    // https://developer.paypal.com/braintree/docs
    row(
        "braintree_token",
        "access_token$production$",
        &[exactly(lower, 16), text("$"), exactly(hex, 32)],
    ),
    row(
        "braintree_token",
        "access_token$sandbox$",
        &[exactly(lower, 16), text("$"), exactly(hex, 32)],
    ),
    // https://razorpay.com/docs/api/authentication
    row("razorpay_key_id", "rzp_live_", &[exactly(alnum, 14)]),
    row("razorpay_key_id", "rzp_test_", &[exactly(alnum, 14)]),
    // https://plaid.com/docs/api/tokens
    row("plaid_token", "access-production-", &[exactly(uuid, 36)]),
    row("plaid_token", "access-sandbox-", &[exactly(uuid, 36)]),
    row("flutterwave_key", "FLWSECK", &[between(dashed, 33, 60)]),
    row("easypost_key", "EZAK", &[exactly(alnum, 54)]),
    row("easypost_key", "EZTK", &[exactly(alnum, 54)]),
    row("shippo_token", "shippo_live_", &[exactly(hex, 40)]),
    row("shippo_token", "shippo_test_", &[exactly(hex, 40)]),
    row("duffel_token", "duffel_live_", &[between(url64, 43, 43)]),
    row("duffel_token", "duffel_test_", &[between(url64, 43, 43)]),
    // https://shopify.dev/docs/apps/build/authentication-authorization
    row("shopify_token", "shpat_", &[exactly(hex, 32)]),
    row("shopify_token", "shpca_", &[exactly(hex, 32)]),
    row("shopify_token", "shppa_", &[exactly(hex, 32)]),
    row("shopify_secret", "shpss_", &[exactly(hex, 32)]),
    // https://docs.slack.dev/authentication/tokens
    row("slack_token", "xoxb-", &[between(url64, 24, 120)]).check(Check::Random),
    row("slack_token", "xoxp-", &[between(url64, 24, 160)]).check(Check::Random),
    row("slack_token", "xoxa-", &[between(url64, 24, 160)]).check(Check::Random),
    row("slack_token", "xoxr-", &[between(url64, 24, 160)]).check(Check::Random),
    row("slack_token", "xoxs-", &[between(url64, 24, 160)]).check(Check::Random),
    row("slack_token", "xoxo-", &[between(url64, 24, 160)]).check(Check::Random),
    row("slack_token", "xoxc-", &[between(url64, 24, 160)]).check(Check::Random),
    row("slack_token", "xoxd-", &[between(query, 24, 400)]).check(Check::Random),
    row("slack_token", "xoxe-", &[between(dotted, 40, 300)]).check(Check::Random),
    row("slack_token", "xoxe.xoxp-", &[between(dotted, 40, 300)]).check(Check::Random),
    row("slack_token", "xapp-", &[between(url64, 40, 160)]).check(Check::Random),
    // https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks
    row("slack_webhook", "hooks.slack.com/services/", &[between(path, 40, 60)])
        .check(Check::Random),
    row("slack_webhook", "hooks.slack.com/workflows/", &[between(path, 40, 80)])
        .check(Check::Random),
    // https://discord.com/developers/docs/resources/webhook
    row(
        "discord_webhook",
        "discord.com/api/webhooks/",
        &[between(digit, 17, 20), text("/"), between(url64, 60, 72)],
    ),
    row(
        "discord_webhook",
        "discordapp.com/api/webhooks/",
        &[between(digit, 17, 20), text("/"), between(url64, 60, 72)],
    ),
    // https://discord.com/developers/docs/reference#authentication
    row("discord_token", ".", &[between(url64, 6, 7), text("."), between(url64, 27, 40)])
        .before(url64, 23, 28)
        .check(Check::NumberFirst),
    // https://learn.microsoft.com/microsoftteams/platform/webhooks-and-connectors
    row(
        "teams_webhook",
        ".webhook.office.com/webhookb2/",
        &[
            exactly(uuid, 36),
            text("@"),
            exactly(uuid, 36),
            text("/IncomingWebhook/"),
            exactly(hex, 32),
            text("/"),
            exactly(uuid, 36),
        ],
    ),
    // https://www.twilio.com/docs/iam/api-keys: 32 hexadecimal digits in lower case.
    row("twilio_key", "SK", &[exactly(lower_hex, 32)]).check(Check::Random),
    row("twilio_account", "AC", &[exactly(lower_hex, 32)]).check(Check::Random),
    // https://www.twilio.com/docs/sendgrid/ui/account-and-settings/api-keys
    row("sendgrid_key", "SG.", &[between(url64, 16, 32), text("."), between(url64, 16, 64)])
        .check(Check::Random),
    // https://documentation.mailgun.com/docs/mailgun/api-reference/authentication
    row("mailgun_key", "key-", &[exactly(lower, 32)]).check(Check::Random),
    row("mailgun_key", "-", &[exactly(lower_hex, 8), text("-"), exactly(lower_hex, 8)])
        .before(lower_hex, 32, 32),
    // https://mailchimp.com/developer/marketing/guides/quick-start
    row("mailchimp_key", "-us", &[between(digit, 1, 2)]).before(lower_hex, 32, 32),
    row("brevo_key", "xkeysib-", &[exactly(hex, 64), text("-"), exactly(alnum, 16)]),
    row("resend_key", "re_", &[exactly(alnum, 8), text("_"), between(alnum, 22, 26)])
        .check(Check::Random),
    // https://developers.notion.com/docs/authorization
    row("notion_token", "ntn_", &[between(alnum, 43, 48)]),
    row("notion_token", "secret_", &[exactly(alnum, 43)]).check(Check::Random),
    // https://linear.app/developers/graphql
    row("linear_key", "lin_api_", &[between(alnum, 32, 48)]),
    row("linear_key", "lin_oauth_", &[between(alnum, 32, 64)]),
    // https://www.figma.com/developers/api#authentication
    row("figma_token", "figd_", &[between(url64, 38, 52)]),
    // https://airtable.com/developers/web/guides/personal-access-tokens
    row("airtable_token", "pat", &[exactly(alnum, 14), text("."), exactly(hex, 64)]),
    // https://developers.hubspot.com/docs/api/private-apps
    row("hubspot_token", "pat-na1-", &[exactly(uuid, 36)]),
    row("hubspot_token", "pat-eu1-", &[exactly(uuid, 36)]),
    // https://docs.newrelic.com/docs/apis/intro-apis/new-relic-api-keys
    row("new_relic_key", "NRAK-", &[between(upper, 26, 28)]),
    row("new_relic_key", "NRII-", &[between(url64, 32, 32)]),
    row("new_relic_key", "NRJS-", &[exactly(hex, 19)]),
    row("new_relic_key", "NRRA-", &[exactly(hex, 42)]),
    row("new_relic_key", "NRAL", &[exactly(hex, 36)]).before(hex, 0, 36),
    // https://docs.sentry.io/account/auth-tokens
    row("sentry_token", "sntrys_", &[between(padded, 60, 300)]),
    row("sentry_token", "sntryu_", &[exactly(hex, 64)]),
    // https://grafana.com/docs/grafana/latest/administration/service-accounts
    row("grafana_token", "glsa_", &[exactly(alnum, 32), text("_"), exactly(hex, 8)]),
    row("grafana_token", "glc_", &[between(base64, 32, 400)]),
    row("grafana_token", "eyJrIjoi", &[between(base64, 40, 200)]),
    // https://docs.databricks.com/aws/en/dev-tools/auth/pat
    row("databricks_token", "dapi", &[between(databricks, 32, 34)]),
    row("databricks_token", "dose", &[exactly(lower_hex, 32)]),
    // https://docs.dynatrace.com/docs/manage/identity-access-management/access-tokens-and-oauth-clients
    row("dynatrace_token", "dt0c01.", &[exactly(upper, 24), text("."), exactly(upper, 64)]),
    row("dynatrace_token", "dt0s01.", &[exactly(upper, 8), text("."), exactly(upper, 64)]),
    // https://docs.honeycomb.io/configure/environments/manage-api-keys
    row("honeycomb_key", "hcaik_", &[between(lower, 50, 64)]),
    row("honeycomb_key", "hcbik_", &[between(lower, 50, 64)]),
    // https://developers.facebook.com/docs/facebook-login/guides/access-tokens
    row("facebook_token", "EAACEdEose0cBA", &[between(alnum, 20, 300)]),
    row("facebook_token", "EAAC", &[between(alnum, 80, 300)]),
    row("facebook_token", "EAAM", &[between(alnum, 80, 300)]),
    row("instagram_token", "IGQV", &[between(url64, 80, 300)]),
    // https://docs.x.com/resources/fundamentals/authentication/oauth-2-0/bearer-tokens
    row("x_bearer_token", "AAAAAAAAAAAAAAAAAAAAA", &[between(query, 60, 120)]).check(Check::Random),
    // https://www.dropbox.com/developers/reference
    row("dropbox_token", "sl.", &[between(url64, 120, 160)]),
    // https://docs.mapbox.com/accounts/guides/tokens
    row("mapbox_secret_token", "sk.eyJ", &[between(dotted, 60, 200)]),
    // https://www.contentful.com/developers/docs/references/authentication
    row("contentful_token", "CFPAT-", &[exactly(url64, 43)]),
    row("typeform_token", "tfp_", &[between(dotted, 43, 70)]),
    row("readme_key", "rdme_", &[exactly(lower, 70)]),
    row("wakatime_key", "waka_", &[exactly(uuid, 36)]),
    row("maxmind_key", "_mmk", &[]).before(url64, 36, 36),
    row("mongodb_service_account", "mdb_sa_sk_", &[between(url64, 36, 50)]),
];

const fn lower_hex(byte: u8) -> bool {
    matches!(byte, b'0'..=b'9' | b'a'..=b'f')
}

const fn uuid(byte: u8) -> bool {
    hex(byte) || byte == b'-'
}

const fn databricks(byte: u8) -> bool {
    lower_hex(byte) || byte == b'-'
}

const fn dashed(byte: u8) -> bool {
    url64(byte)
}

const fn path(byte: u8) -> bool {
    alnum(byte) || byte == b'/'
}

const fn query(byte: u8) -> bool {
    url64(byte) || byte == b'%'
}

const fn padded(byte: u8) -> bool {
    dotted(byte) || matches!(byte, b'+' | b'/')
}
