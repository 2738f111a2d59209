"""What the suites of parity share: where both sides are, what is asked, and how answers are compared."""

import base64
import itertools
import os
import unittest

from pydantic import BaseModel

from fakes import CITY, CUT_TEXT, GIF, SCHEMA, TEXT, THOUGHTS

SECOND_CITY = {"city": "Rome", "days": 1}
REFUSED = "I cannot help with that."
IMAGE = base64.b64encode(GIF).decode()
IMAGE_TEXT = f"I see image/gif of {len(GIF)} bytes."
HELLO = [{"role": "user", "content": "Hello"}]

# What each provider's models are called at the gateway: `anthropic` has `claude-fake-text`.
FAMILIES = dict(pair.split("=") for pair in os.environ["POSTERN_FAMILIES"].split(","))


class City(BaseModel):
    """The object that is asked for; its schema is `SCHEMA`."""

    city: str
    days: int


def gateway(path=""):
    """The options that a client of the gateway needs, beside its vendor's own."""
    return {"base_url": os.environ["POSTERN_ORIGIN"] + path, "api_key": os.environ["POSTERN_KEY"], "max_retries": 0}


def vendor(path=""):
    """And a client of the vendor."""
    return {"base_url": os.environ["POSTERN_FAKE_URL"] + path, "api_key": os.environ["POSTERN_FAKE_KEY"], "max_retries": 0}


def said(text="", finish=None, calls=(), thoughts="", parsed=None):
    """An answer in no dialect; `calls` are the arguments of each."""
    return {"text": text, "finish": finish, "calls": list(calls), "thoughts": thoughts, "parsed": parsed}


class Parity(unittest.TestCase):
    """The conversations of one SDK, with its own vendor directly and with all vendors through the gateway.

    A suite names its `Talk`, which asks in one mode, keeps all objects in `log` and says what it understood of an answer;
    and its `conversations`, functions of a talk that return answers as `said` makes them.
    """

    maxDiff = None
    talk = None
    conversations = {}
    # The provider whose answers pass as they are, and how its models are called at the vendor.
    own, vendor_family = None, None
    # Fields that are not the vendor's own, by the reason.
    differing = {}

    def each(self):
        return itertools.product(self.conversations.items(), self.talk.modes)

    def test_the_objects_are_the_vendors_own(self):
        for (name, (converse, _)), mode in self.each():
            with self.subTest(conversation=name, mode=mode):
                direct = self.talk(vendor, self.vendor_family, mode)
                through = self.talk(gateway, FAMILIES[self.own], mode)
                self.assertEqual(converse(through), converse(direct))
                self.assertGreater(len(direct.log), 0)
                self.assertEqual(len(through.log), len(direct.log))
                for ours, theirs in zip(through.log, direct.log):
                    self.assertEqual(self.comparable(ours), self.comparable(theirs))

    def comparable(self, logged):
        """Without the fields that differ, wherever they are."""
        if isinstance(logged, list):
            return [self.comparable(each) for each in logged]
        if not isinstance(logged, dict):
            return logged
        return {key: self.comparable(each) for key, each in logged.items() if key not in self.differing}

    def test_the_story_is_the_same_whoever_answers(self):
        for provider, family in FAMILIES.items():
            for (name, (converse, story)), mode in self.each():
                with self.subTest(provider=provider, conversation=name, mode=mode):
                    expected = story(provider) if callable(story) else story
                    if expected is None:
                        self.skipTest("not a story of this vendor's")
                    self.assertEqual(converse(self.talk(gateway, family, mode)), expected)


class Refusals(unittest.TestCase):
    """A mistake of anyone is the exception that applications of the SDK expect."""

    def refused(self, kind, ask):
        """The exception of exactly this class."""
        with self.assertRaises(kind) as caught:
            ask()
        self.assertIs(type(caught.exception), kind, caught.exception)
        return caught.exception

    def every(self, scenario, kind, ask):
        """What the model of each vendor that does this is refused with."""
        for provider, family in FAMILIES.items():
            with self.subTest(provider=provider, scenario=scenario):
                error = self.refused(kind, lambda: ask(family + scenario))
                self.assertTrue(error.message)
                yield error
