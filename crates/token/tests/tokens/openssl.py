"""Writes openssl.json: one key and one token for each algorithm, and keys nobody should use, made by OpenSSL.

Run with the package `cryptography`; the keys are new each time: python3 openssl.py > openssl.json
"""

import base64
import hashlib
import hmac
import json

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

CLAIMS = {
    "iss": "https://login.example.com/realms/acme",
    "aud": "postern",
    "sub": "alice",
    "jti": "4711",
    "iat": 1_788_264_000,
    "exp": 1_788_267_600,
    "scope": "openid ai.use",
}
HASHES = {"256": hashes.SHA256(), "384": hashes.SHA384(), "512": hashes.SHA512()}
CURVES = {"ES256": ("P-256", ec.SECP256R1(), 32), "ES384": ("P-384", ec.SECP384R1(), 48), "ES512": ("P-521", ec.SECP521R1(), 66)}


def text(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def number(value, length=None):
    return text(value.to_bytes(length or (value.bit_length() + 7) // 8, "big"))


def token(algorithm, sign, key_id=None):
    header = {"alg": algorithm, "typ": "JWT", "kid": key_id or algorithm}
    signed = ".".join(text(json.dumps(part).encode()) for part in (header, CLAIMS))
    return signed + "." + text(sign(signed.encode()))


def rsa_key(name, bits, exponent=65537):
    key = rsa.generate_private_key(public_exponent=exponent, key_size=bits)
    numbers = key.public_key().public_numbers()
    return key, {"kty": "RSA", "kid": name, "n": number(numbers.n), "e": number(numbers.e)}


keys, tokens = [], {}
pem = None
for family, scheme in [("RS", lambda digest: padding.PKCS1v15()), ("PS", lambda digest: padding.PSS(padding.MGF1(digest), digest.digest_size))]:
    for bits, digest in HASHES.items():
        key, jwk = rsa_key(family + bits, {"256": 2048, "384": 3072, "512": 4096}[bits])
        keys.append(jwk)
        tokens[family + bits] = token(family + bits, lambda data: key.sign(data, scheme(digest), digest))
        if family + bits == "RS256":
            public = key.public_key()
            form = serialization.PublicFormat.SubjectPublicKeyInfo
            pem = public.public_bytes(serialization.Encoding.PEM, form).decode()
            der = public.public_bytes(serialization.Encoding.DER, form).hex()
            short_salt = token("PS256", lambda data: key.sign(data, padding.PSS(padding.MGF1(digest), 20), digest), "RS256")
for name, (curve_name, curve, length) in CURVES.items():
    key = ec.generate_private_key(curve)
    numbers = key.public_key().public_numbers()
    keys.append({"kty": "EC", "crv": curve_name, "kid": name, "x": number(numbers.x, length), "y": number(numbers.y, length)})

    def sign(data):
        r, s = decode_dss_signature(key.sign(data, ec.ECDSA(HASHES[name[2:]])))
        return r.to_bytes(length, "big") + s.to_bytes(length, "big")

    tokens[name] = token(name, sign)
key = ed25519.Ed25519PrivateKey.generate()
raw = key.public_key().public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
keys.append({"kty": "OKP", "crv": "Ed25519", "kid": "EdDSA", "x": text(raw)})
tokens["EdDSA"] = token("EdDSA", key.sign)
secret = b"a secret of the issuer and of this gateway"
for bits in HASHES:
    tokens["HS" + bits] = token("HS" + bits, lambda data: hmac.new(secret, data, "sha" + bits).digest())

weak = [rsa_key("1024 bits", 1024)[1], rsa_key("exponent 3", 2048, 3)[1]]
print(json.dumps({
    "keys": keys,
    "tokens": tokens,
    "weak": weak,
    "rs256_public": {"pem": pem, "der_hex": der},
    "ps256_short_salt_by_the_rs256_key": short_salt,
}, indent=1))
