//! Repositories, packages, builds, and stores of their secrets.

use super::super::class::{alnum, base64, dotted, hex, lower, upper, url64};
use super::{Check, Row, between, exactly, row, text};

pub const ROWS: &[Row] = &[
    // https://github.blog/engineering/platform-security/behind-githubs-new-authentication-token-formats
    row("github_token", "ghp_", &[exactly(alnum, 36)]).check(Check::Crc),
    row("github_token", "gho_", &[exactly(alnum, 36)]).check(Check::Crc),
    row("github_token", "ghu_", &[exactly(alnum, 36)]).check(Check::Crc),
    row("github_token", "ghs_", &[exactly(alnum, 36)]).check(Check::Crc),
    row("github_token", "ghr_", &[between(alnum, 36, 76)]).check(Check::Crc),
    row("github_token", "github_pat_", &[exactly(alnum, 22), text("_"), exactly(alnum, 59)]),
    // https://docs.gitlab.com/security/tokens/#token-prefixes
    row("gitlab_token", "glpat-", &[between(dotted, 20, 64)]),
    row("gitlab_token", "gldt-", &[between(dotted, 20, 64)]),
    row("gitlab_token", "glrt-", &[between(dotted, 20, 64)]),
    row("gitlab_token", "glrtr-", &[between(dotted, 20, 64)]),
    row("gitlab_token", "glptt-", &[between(dotted, 20, 64)]),
    row("gitlab_token", "glcbt-", &[between(dotted, 20, 64)]),
    row("gitlab_token", "glft-", &[between(dotted, 20, 64)]),
    row("gitlab_token", "glimt-", &[between(dotted, 20, 64)]),
    row("gitlab_token", "glagent-", &[between(dotted, 20, 64)]),
    row("gitlab_token", "glsoat-", &[between(dotted, 20, 64)]),
    row("gitlab_token", "glffct-", &[between(dotted, 20, 64)]),
    row("gitlab_token", "gloas-", &[between(dotted, 20, 64)]),
    row("gitlab_token", "GR1348941", &[between(url64, 20, 20)]),
    // https://support.atlassian.com/bitbucket-cloud/docs/app-passwords
    row("bitbucket_app_password", "ATBB", &[between(alnum, 24, 36)]).check(Check::Random),
    // https://support.atlassian.com/atlassian-account/docs/manage-api-tokens-for-your-atlassian-account
    row("atlassian_token", "ATATT3", &[between(dotted, 60, 220)]),
    row("atlassian_token", "ATCTT3", &[between(dotted, 60, 220)]),
    row("atlassian_token", "ATSTT3", &[between(dotted, 60, 220)]),
    // https://github.blog/changelog/2021-09-23-npm-has-a-new-access-token-format
    row("npm_token", "npm_", &[exactly(alnum, 36)]).check(Check::Crc),
    // https://docs.pypi.org/project-management/token-for-uploading: a macaroon whose location is pypi.org.
    row("pypi_token", "pypi-AgEIcHlwaS5vcmc", &[between(url64, 40, 400)]),
    row("pypi_token", "pypi-AgENdGVzdC5weXBpLm9yZw", &[between(url64, 40, 400)]),
    // https://doc.rust-lang.org/cargo/reference/registries.html
    row("crates_io_token", "cio", &[exactly(alnum, 32)]).check(Check::Random),
    // https://guides.rubygems.org/api-key-scopes
    row("rubygems_token", "rubygems_", &[exactly(hex, 48)]),
    // https://learn.microsoft.com/nuget/nuget-org/scoped-api-keys
    row("nuget_key", "oy2", &[exactly(lower, 43)]),
    row("clojars_token", "CLOJARS_", &[exactly(lower, 60)]),
    // https://docs.docker.com/security/access-tokens
    row("docker_token", "dckr_pat_", &[between(url64, 24, 36)]),
    row("docker_token", "dckr_oat_", &[between(url64, 28, 40)]),
    // https://circleci.com/docs/managing-api-tokens
    row("circleci_token", "CCIPAT_", &[between(alnum, 18, 26), text("_"), exactly(hex, 40)]),
    row("circleci_token", "CCIPRJ_", &[between(alnum, 18, 26), text("_"), exactly(hex, 40)]),
    // https://buildkite.com/docs/apis/managing-api-tokens
    row("buildkite_token", "bkua_", &[exactly(hex, 40)]),
    row("buildkite_token", "bkct_", &[between(alnum, 40, 80)]),
    // https://jfrog.com/help/r/jfrog-platform-administration-documentation/access-tokens
    row("artifactory_key", "AKCp", &[between(alnum, 60, 72)]),
    row("artifactory_token", "cmVmd", &[exactly(alnum, 59)]),
    // https://docs.sonarsource.com/sonarqube/latest/user-guide/user-account/generating-and-using-tokens
    row("sonar_token", "sqp_", &[exactly(hex, 40)]),
    row("sonar_token", "squ_", &[exactly(hex, 40)]),
    row("sonar_token", "sqa_", &[exactly(hex, 40)]),
    // https://learning.postman.com/docs/developer/postman-api/authentication
    row("postman_key", "PMAK-", &[exactly(hex, 24), text("-"), exactly(hex, 34)]),
    // https://developer.harness.io/docs/platform/automation/api/add-and-manage-api-keys
    row(
        "harness_token",
        "pat.",
        &[exactly(url64, 22), text("."), exactly(alnum, 24), text("."), exactly(alnum, 20)],
    ),
    row(
        "harness_token",
        "sat.",
        &[exactly(url64, 22), text("."), exactly(alnum, 24), text("."), exactly(alnum, 20)],
    ),
    // https://sourcegraph.com/docs/cli/how-tos/creating_an_access_token
    row("sourcegraph_token", "sgp_", &[between(sourcegraph, 40, 60)]),
    // https://octopus.com/docs/octopus-rest-api/how-to-create-an-api-key
    row("octopus_key", "API-", &[between(upper, 25, 32)]).check(Check::Random),
    // https://developer.hashicorp.com/terraform/cloud-docs/users-teams-organizations/api-tokens
    row("terraform_token", ".atlasv1.", &[between(url64, 50, 80)]).before(alnum, 14, 14),
    // https://www.pulumi.com/docs/pulumi-cloud/access-management/access-tokens
    row("pulumi_token", "pul-", &[exactly(hex, 40)]),
    // https://developer.hashicorp.com/vault/docs/concepts/tokens
    row("vault_token", "hvs.", &[between(url64, 20, 300)]),
    row("vault_token", "hvb.", &[between(url64, 20, 400)]),
    row("vault_token", "hvr.", &[between(url64, 20, 300)]),
    row("vault_token", "s.", &[exactly(alnum, 24)]).check(Check::Random),
    // https://docs.doppler.com/docs/service-tokens
    row("doppler_token", "dp.pt.", &[between(alnum, 40, 44)]),
    row("doppler_token", "dp.st.", &[between(dotted, 40, 84)]),
    row("doppler_token", "dp.ct.", &[between(alnum, 40, 44)]),
    row("doppler_token", "dp.sa.", &[between(alnum, 40, 44)]),
    row("doppler_token", "dp.scim.", &[between(alnum, 40, 44)]),
    row("doppler_token", "dp.audit.", &[between(alnum, 40, 44)]),
    // https://developer.1password.com/docs/service-accounts
    row("onepassword_token", "ops_eyJ", &[between(base64, 200, 2_000)]),
    row(
        "onepassword_secret_key",
        "A3-",
        &[exactly(upper, 6), text("-"), between(dashed_upper, 27, 31)],
    )
    .check(Check::Random),
    // https://docs.prefect.io/v3/how-to-guides/cloud/manage-users/api-keys
    row("prefect_key", "pnu_", &[exactly(alnum, 36)]),
    row("infracost_key", "ico-", &[exactly(alnum, 32)]),
    // https://launchdarkly.com/docs/home/account/api
    row("launchdarkly_key", "sdk-", &[exactly(dashed_hex, 36)]).check(Check::Random),
    row("launchdarkly_key", "api-", &[exactly(dashed_hex, 36)]).check(Check::Random),
    // https://age-encryption.org/v1 (Bech32)
    row("age_secret_key", "AGE-SECRET-KEY-1", &[exactly(upper, 58)]),
    // https://github.com/nostr-protocol/nips/blob/master/19.md (Bech32)
    row("nostr_secret_key", "nsec1", &[exactly(lower, 58)]),
    // https://github.com/bitcoin/bips/blob/master/bip-0032.mediawiki
    row("bitcoin_extended_private_key", "xprv", &[exactly(alnum, 107)]),
];

const fn dashed_upper(byte: u8) -> bool {
    upper(byte) || byte == b'-'
}

const fn dashed_hex(byte: u8) -> bool {
    hex(byte) || byte == b'-'
}

const fn sourcegraph(byte: u8) -> bool {
    hex(byte) || byte == b'_'
}
