"""What the official SDK makes of a limit that is reached."""

import os
import unittest

import httpx
import openai

QUESTION = {"messages": [{"role": "user", "content": "How many ships passed?"}], "model": "metered"}


def client(consumer, **options):
    """A client of this consumer, and the statuses of all answers that it gets."""
    statuses = []
    http = httpx.Client(
        event_hooks={"response": [lambda response: statuses.append(response.status_code)]},
        trust_env=False,
    )
    key = os.environ[f"POSTERN_{consumer}_KEY"]
    url = os.environ["POSTERN_BASE_URL"]
    return openai.OpenAI(base_url=url, api_key=key, http_client=http, **options), statuses


class Limits(unittest.TestCase):
    def test_a_rate_is_a_rate_limit_error_that_says_what_is_left(self):
        asking, _ = client("HASTY", max_retries=0)
        with self.assertRaises(openai.RateLimitError) as caught:
            for _ in range(100):
                asking.chat.completions.create(**QUESTION)
        error = caught.exception
        self.assertEqual(error.code, "rate_limit_exceeded")
        self.assertIn("1 request per second", error.message)
        headers = error.response.headers
        self.assertEqual(headers["x-ratelimit-limit-requests"], "1")
        self.assertEqual(headers["x-ratelimit-remaining-requests"], "0")
        self.assertEqual(headers["retry-after"], "1")

    def test_a_rate_is_retried_when_it_is_told_to_and_admitted_then(self):
        asking, statuses = client("HASTY", max_retries=2)
        while 429 not in statuses:
            asking.chat.completions.create(**QUESTION)
        # Told once, admitted once: the last answer came.
        self.assertEqual(statuses[-2:], [429, 200])

    def test_a_spent_budget_is_not_retried(self):
        asking, statuses = client("SPENDER", max_retries=2)
        with self.assertRaises(openai.RateLimitError) as caught:
            for _ in range(100):
                asking.chat.completions.create(**QUESTION, max_tokens=900)
        self.assertEqual(caught.exception.code, "budget_exceeded")
        self.assertEqual(statuses.count(429), 1)
