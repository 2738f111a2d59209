"""The gateway under test, from the environment that the test runner sets."""

import itertools
import os

from openai import OpenAI

_COUNT = itertools.count()


def client(restricted=False, **options):
    """A client of the consumer `tester`, or of `restricted`; it retries nothing, so that each fault is seen."""
    key = os.environ["POSTERN_RESTRICTED_KEY" if restricted else "POSTERN_KEY"]
    options = {"api_key": key, "max_retries": 0, "timeout": 60.0} | options
    return OpenAI(base_url=os.environ["POSTERN_BASE_URL"], **options)


def marker():
    """A text that no other request has; the vendor's answer ends with it."""
    return f"python-{os.getpid()}-{next(_COUNT)}."


def question(model, asked=None):
    asked = asked or marker()
    messages = [{"role": "user", "content": f"How many ships passed? {asked}"}]
    return {"model": model, "messages": messages, "user": asked}
