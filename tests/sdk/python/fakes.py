"""What all fakes tell (tests/src/vendors/story.rs), and where the one under test is."""

import os

TEXT = "The quick brown fox jumps over 13 lazy dogs – naïve café ☕."
CUT_TEXT = "The quick brown fox"
THOUGHTS = "First I think."
REFUSAL = "I cannot help with that."
CITY = {"city": "Paris", "days": 3}
SCHEMA = {
    "type": "object",
    "properties": {"city": {"type": "string"}, "days": {"type": "integer"}},
    "required": ["city", "days"],
    "additionalProperties": False,
}
# The smallest GIF that there is.
GIF = bytes.fromhex("47494638396101000100800000000000ffffff2c00000000010001000002024401003b")


def origin():
    return os.environ["POSTERN_FAKE_URL"]


def key(name="KEY"):
    return os.environ["POSTERN_FAKE_" + name]
