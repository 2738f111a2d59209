#!/usr/bin/env python3
"""Make the corpus of credentials: templates by hand, values drawn with a seed. No value was ever a credential.

    python3 tests/guardrail/corpus/make_secrets.py

Every other template is for training, the rest for tests; both have their own values. A template has {name} where a value
stands; what is in double braces is literal.
"""

import base64
import json
import pathlib
import random
import string
import zlib

HERE = pathlib.Path(__file__).parent
DRAW = random.Random(20261130)

LOWER, UPPER, DIGITS = string.ascii_lowercase, string.ascii_uppercase, string.digits
ALNUM = DIGITS + UPPER + LOWER
URL64 = ALNUM + "-_"
HEX = "0123456789abcdef"


def drawn(alphabet, length):
    return "".join(DRAW.choice(alphabet) for _ in range(length))


def base62(number):
    digits = ""
    for _ in range(6):
        number, digit = divmod(number, 62)
        digits = ALNUM[digit] + digits
    return digits


def with_checksum(prefix, length):
    body = drawn(ALNUM, length)
    return prefix + body + base62(zlib.crc32(body.encode()))


def own_key():
    body = "pk_live_" + drawn(ALNUM, 43)
    return body + base62(zlib.crc32(body.encode()))


def b64(data, url=False):
    encode = base64.urlsafe_b64encode if url else base64.b64encode
    return encode(data).decode().rstrip("=") if url else encode(data).decode()


def jwt():
    head = b64(json.dumps({"alg": DRAW.choice(["HS256", "RS256", "ES256"]), "typ": "JWT"}).encode(), True)
    body = b64(json.dumps({"sub": drawn(DIGITS, 8), "iat": 1700000000 + DRAW.randrange(10**7)}).encode(), True)
    return f"{head}.{body}.{drawn(URL64, 43)}"


def pem():
    label = DRAW.choice(["RSA PRIVATE KEY", "PRIVATE KEY", "EC PRIVATE KEY", "OPENSSH PRIVATE KEY", "ENCRYPTED PRIVATE KEY", "DSA PRIVATE KEY"])
    lines = "\n".join(drawn(ALNUM + "+/", 64) for _ in range(DRAW.randrange(4, 9)))
    return f"-----BEGIN {label}-----\n{lines}\n{drawn(ALNUM, 22)}==\n-----END {label}-----"


def uuid():
    return "-".join(drawn(HEX, n) for n in (8, 4, 4, 4, 12))


WORDS = "summer winter falcon dragon river monkey tiger sunset garden coffee purple rocket pirate banana castle shadow silver orange maple thunder".split()
NAMES = "anna karl sophie luca maria jan piet wanda priya chen yuki omar".split()


def password():
    word = DRAW.choice(WORDS)
    return DRAW.choice([
        lambda: word.capitalize() + str(DRAW.randrange(1, 9999)) + DRAW.choice("!?#$*@"),
        lambda: word + str(DRAW.randrange(100, 9999)),
        lambda: word.replace("a", "@").replace("o", "0").replace("e", "3") + drawn(DIGITS, 2),
        lambda: drawn(ALNUM + "!#%*@", 12),
        lambda: drawn(ALNUM, 10),
        lambda: DRAW.choice(NAMES).capitalize() + "." + DRAW.choice(WORDS) + drawn(DIGITS, 2),
        lambda: "P@ss" + DRAW.choice(WORDS) + drawn(DIGITS, 1),
    ])()


def word_password():
    return DRAW.choice(["sesame", "letmein", "swordfish", "trustno", "qwertz", "iloveyou", "sunshine", "batman", "shadowfax", "opensesame"])


def mixed():
    while True:
        value = drawn(ALNUM, DRAW.choice([20, 24, 32, 40]))
        if any(c.isdigit() for c in value) and any(c.isalpha() for c in value):
            return value


VALUES = {
    "password": password, "word": word_password, "drawn": mixed, "hex32": lambda: drawn(HEX, 32), "hex40": lambda: drawn(HEX, 40),
    "hex64": lambda: drawn(HEX, 64), "b64": lambda: b64(bytes(DRAW.randrange(256) for _ in range(32))), "uuid": uuid, "jwt": jwt, "pem": pem,
    "pem_line": lambda: pem().replace("\n", "\\n"), "secret40": lambda: drawn(ALNUM + "+/", 40),
    "basic": lambda: b64(f"{DRAW.choice(NAMES)}:{password()}".encode()), "user": lambda: DRAW.choice(NAMES), "num": lambda: str(DRAW.randrange(10, 99999)),
    "aws": lambda: DRAW.choice(["AKIA", "ASIA"]) + drawn(UPPER + "234567", 16),
}

TOKENS = {
    "gcp_api_key": lambda: "AIza" + drawn(URL64[:-2], 35), "google_secret": lambda: "GOCSPX-" + drawn(ALNUM, 28), "google_access": lambda: "ya29.a0" + drawn(URL64, 120),
    "azure_secret": lambda: drawn(ALNUM, 3) + "8Q~" + drawn(ALNUM, 34), "digitalocean": lambda: "dop_v1_" + drawn(HEX, 64), "alibaba": lambda: "LTAI5t" + drawn(ALNUM, 18),
    "tencent": lambda: "AKID" + drawn(ALNUM, 32), "heroku": lambda: "HRKU-AA" + drawn(URL64, 58), "fly": lambda: "fo1_" + drawn(URL64[:-2], 43),
    "openai_project": lambda: "sk-proj-" + drawn(URL64, 140) + "T3BlbkFJ" + drawn(ALNUM, 20), "openai": lambda: "sk-" + drawn(ALNUM, 20) + "T3BlbkFJ" + drawn(ALNUM, 20),
    "anthropic": lambda: "sk-ant-api03-" + drawn(URL64, 92) + "AA", "deepseek": lambda: "sk-" + drawn(HEX, 32), "openrouter": lambda: "sk-or-v1-" + drawn(HEX, 64),
    "groq": lambda: "gsk_" + drawn(ALNUM, 52), "huggingface": lambda: "hf_" + drawn(LOWER + UPPER, 34), "replicate": lambda: "r8_" + drawn(ALNUM, 37),
    "xai": lambda: "xai-" + drawn(ALNUM, 80), "perplexity": lambda: "pplx-" + drawn(ALNUM, 48), "nvidia": lambda: "nvapi-" + drawn(URL64[:-2], 64),
    "postern": own_key, "github": lambda: with_checksum(DRAW.choice(["ghp_", "gho_", "ghs_", "ghu_"]), 30), "github_fine": lambda: "github_pat_" + drawn(ALNUM, 22) + "_" + drawn(ALNUM, 59),
    "gitlab": lambda: "glpat-" + drawn(ALNUM, 20), "gitlab_deploy": lambda: "gldt-" + drawn(ALNUM, 20), "npm": lambda: with_checksum("npm_", 30),
    "pypi": lambda: "pypi-AgEIcHlwaS5vcmc" + drawn(URL64[:-2], 150), "crates": lambda: "cio" + drawn(ALNUM, 32), "rubygems": lambda: "rubygems_" + drawn(HEX, 48),
    "docker": lambda: "dckr_pat_" + drawn(ALNUM, 27), "circleci": lambda: "CCIPAT_" + drawn(ALNUM, 22) + "_" + drawn(HEX, 40), "buildkite": lambda: "bkua_" + drawn(HEX, 40),
    "atlassian": lambda: "ATATT3xFfGF0" + drawn(URL64[:-2], 170) + "=" + drawn("0123456789ABCDEF", 8), "bitbucket": lambda: "ATBB" + drawn(ALNUM, 32),
    "terraform": lambda: drawn(ALNUM, 14) + ".atlasv1." + drawn(URL64[:-2], 67), "vault": lambda: "hvs." + drawn(ALNUM, 90), "doppler": lambda: "dp.pt." + drawn(ALNUM, 43),
    "pulumi": lambda: "pul-" + drawn(HEX, 40), "sonar": lambda: "squ_" + drawn(HEX, 40), "postman": lambda: f"PMAK-{drawn(HEX, 24)}-{drawn(HEX, 34)}",
    "stripe": lambda: DRAW.choice(["sk_live_", "rk_live_", "sk_test_"]) + drawn(ALNUM, DRAW.choice([24, 99])), "webhook_secret": lambda: "whsec_" + drawn(ALNUM, 32),
    "slack": lambda: f"xoxb-{drawn(DIGITS, 12)}-{drawn(DIGITS, 13)}-{drawn(ALNUM, 24)}", "slack_hook": lambda: f"hooks.slack.com/services/T{drawn(UPPER + DIGITS, 10)}/B{drawn(UPPER + DIGITS, 10)}/{drawn(ALNUM, 24)}",
    "twilio": lambda: "SK" + drawn(HEX, 32), "sendgrid": lambda: f"SG.{drawn(URL64[:-2], 22)}.{drawn(URL64[:-2], 43)}", "mailgun": lambda: "key-" + drawn(HEX, 32),
    "mailchimp": lambda: drawn(HEX, 32) + "-us" + drawn("123456789", 1), "shopify": lambda: "shpat_" + drawn(HEX, 32), "square": lambda: "sq0atp-" + drawn(ALNUM, 22),
    "telegram": lambda: drawn("123456789", 10) + ":AA" + drawn(ALNUM, 33), "discord": lambda: b64(drawn("123456789", 18).encode(), True) + "." + drawn(ALNUM, 6) + "." + drawn(ALNUM, 38),
    "notion": lambda: "ntn_" + drawn(ALNUM, 46), "linear": lambda: "lin_api_" + drawn(ALNUM, 40), "figma": lambda: "figd_" + drawn(URL64[:-2], 40), "airtable": lambda: f"pat{drawn(ALNUM, 14)}.{drawn(HEX, 64)}",
    "hubspot": lambda: "pat-na1-" + uuid(), "new_relic": lambda: "NRAK-" + drawn(UPPER + DIGITS, 27), "grafana": lambda: f"glsa_{drawn(ALNUM, 32)}_{drawn(HEX, 8)}",
    "databricks": lambda: "dapi" + drawn(HEX, 32), "age": lambda: "AGE-SECRET-KEY-1" + drawn("QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L", 58), "aws_id": VALUES["aws"],
}


def filled(template, values):
    """The text and the spans of its credentials: values whose braces are doubled as {*name}."""
    text, spans, rest = "", [], template
    while "{" in rest:
        head, rest = rest.split("{", 1)
        if rest.startswith("{"):
            text, rest = text + head + "{", rest[1:]
            continue
        name, rest = rest.split("}", 1)
        text += head.replace("}}", "}")
        is_secret = name.startswith("*")
        value = values[name.lstrip("*")]()
        if is_secret:
            start = len(text.encode())
            spans.append([start, start + len(value.encode()), "credential"])
        text += value
    return text + rest.replace("}}", "}"), spans


def blocks(path):
    """Templates of a file: separated by a line with %% and the language of the template."""
    lang, lines = None, []
    for line in path.read_text().splitlines():
        if line.startswith("#!"):
            continue
        if line.startswith("%%"):
            if lang:
                yield lang, "\n".join(lines)
            lang, lines = line[2:].strip(), []
        else:
            lines.append(line)
    if lang:
        yield lang, "\n".join(lines)


def main():
    folder = HERE / "templates"
    records = {"train": [], "test": []}

    def add(index, lang, text, spans, source):
        split = "train" if index % 2 == 0 else "test"
        records[split].append({"lang": lang, "text": text, "spans": spans, "labels": [], "split": split, "source": source})

    for index, (lang, template) in enumerate(blocks(folder / "secrets_positive.txt")):
        for _ in range(3):
            add(index, lang, *filled(template, VALUES), "template")
    surroundings = ["TOKEN={*t}", "see {*t}, it is still valid", "\"value\": \"{*t}\"", "x = '{*t}'", "curl https://api.test -H 'X-Auth: {*t}'", "{*t}", "log: sent {*t} to worker 3"]
    for index, (name, make) in enumerate(sorted(TOKENS.items())):
        for surrounding in DRAW.sample(surroundings, 3):
            add(index, "code", *filled(surrounding, {"t": make}), f"token:{name}")
    for index, (lang, template) in enumerate(blocks(folder / "secrets_negative.txt")):
        for _ in range(2):
            text, _ = filled(template, VALUES)
            add(index, lang, text, [], "negative template")
            if "{" not in template.replace("{{", ""):
                break
    for split, lines in records.items():
        path = HERE / "secrets" / f"{split}.jsonl"
        path.write_text("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines))
        print(path.name, len(lines), sum(bool(line["spans"]) for line in lines))


if __name__ == "__main__":
    main()
