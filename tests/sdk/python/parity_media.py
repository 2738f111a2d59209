"""Recordings, speech and pictures: the same objects, bytes and errors through the gateway as at the vendor."""

import base64
import hashlib
import unittest

import httpx
import openai

from fakes import TEXT
from parity import gateway, vendor

RECORDING = bytes(range(256)) * 400 + b"\r\n--\r\n"
PICTURE = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 20
SPOKEN = "How many ships passed?"


def fingerprint(data):
    return hashlib.sha256(data).hexdigest()


def objects(answer):
    """All that an answer is: an object, a text, or a stream of objects."""
    if isinstance(answer, str):
        return answer
    if isinstance(answer, openai.Stream):
        return [event.model_dump(mode="json") for event in answer]
    return answer.model_dump(mode="json")


def transcribe(client, model="transcribe-fake-text", **options):
    return client.audio.transcriptions.create(model=model, file=("talk.mp3", RECORDING), **options)


CONVERSATIONS = {
    "transcript": lambda client: transcribe(client, prompt="Ships", language="en", temperature=0.2),
    "transcript, streamed": lambda client: transcribe(client, stream=True),
    "transcript, verbose": lambda client: transcribe(
        client, "whisper-fake-text", response_format="verbose_json", timestamp_granularities=["word", "segment"]
    ),
    "transcript, as text": lambda client: transcribe(client, response_format="text"),
    "translation": lambda client: client.audio.translations.create(
        model="whisper-fake-text", file=("talk.mp3", RECORDING, "audio/mpeg")
    ),
    "picture": lambda client: client.images.generate(model="image-fake-text", prompt="a ship", n=2, size="1024x1024"),
    "picture, streamed": lambda client: client.images.generate(
        model="image-fake-text", prompt="a ship", stream=True, partial_images=2
    ),
    "edit": lambda client: client.images.edit(
        model="image-fake-text", prompt="both", image=[("a.png", PICTURE), ("b.png", PICTURE[::-1])], quality="low"
    ),
    "edit with a mask": lambda client: client.images.edit(
        model="image-fake-text", prompt="x", image=("a.png", PICTURE), mask=("m.png", PICTURE[:99])
    ),
    "edit, streamed": lambda client: client.images.edit(
        model="image-fake-text", prompt="x", image=("a.png", PICTURE), stream=True
    ),
    "variation": lambda client: client.images.create_variation(
        model="image-fake-text", image=("a.png", PICTURE), n=1, size="512x512"
    ),
}


def speak(client, **options):
    return client.audio.speech.create(model="speech-fake-text", voice="alloy", input=SPOKEN, **options)


class Media(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        self.through, self.direct = openai.OpenAI(**gateway("/v1")), openai.OpenAI(**vendor("/v1"))

    def test_the_objects_are_the_vendors_own(self):
        for name, converse in CONVERSATIONS.items():
            with self.subTest(name):
                direct = objects(converse(self.direct))
                self.assertTrue(direct)
                self.assertEqual(objects(converse(self.through)), direct)

    def test_the_file_has_arrived(self):
        said = transcribe(self.through).text
        self.assertIn(TEXT, said)
        self.assertTrue(said.endswith(fingerprint(RECORDING)), said)
        answer = CONVERSATIONS["edit"](self.through)
        shown = base64.b64decode(answer.data[0].b64_json).decode()
        for picture in (PICTURE, PICTURE[::-1]):
            self.assertIn(fingerprint(picture), shown)

    def test_speech_is_the_same_sound(self):
        for options in ({}, {"response_format": "wav"}, {"instructions": "softly", "speed": 1.5}):
            with self.subTest(options):
                direct = speak(self.direct, **options)
                self.assertEqual(speak(self.through, **options).content, direct.content)
        with self.through.audio.speech.with_streaming_response.create(
            model="speech-fake-text", voice="alloy", input=SPOKEN
        ) as response:
            pieces = list(response.iter_bytes())
        self.assertGreater(len(pieces), 1)
        self.assertEqual(b"".join(pieces), speak(self.direct).content)

    def test_speech_that_breaks_off_is_an_error(self):
        with self.assertRaises((openai.APIConnectionError, httpx.HTTPError)):
            self.through.audio.speech.create(model="speech-fake-cut", voice="alloy", input=SPOKEN).read()

    def test_what_is_wrong_is_the_sdks_own_error(self):
        with self.assertRaises(openai.NotFoundError) as told:
            transcribe(self.through, "no-such-model")
        self.assertEqual(told.exception.code, "model_not_found")
        with self.assertRaises(openai.BadRequestError) as told:
            transcribe(self.through, "gpt-fake-text")
        self.assertEqual(told.exception.param, "model")
        with self.assertRaises(openai.RateLimitError):
            transcribe(self.through, "transcribe-fake-error-429")
        with self.assertRaises(openai.BadRequestError) as told:
            self.through.audio.speech.create(model="speech-fake-text", voice="alloy", input="")
        self.assertEqual(told.exception.param, "input")


if __name__ == "__main__":
    unittest.main()
