"""Each refusal is the exception that an application of the official SDK expects."""

import unittest

import openai

from gateway import client, question


class Errors(unittest.TestCase):
    def refused(self, kind, model, **options):
        with self.assertRaises(kind) as caught:
            client().chat.completions.create(**question(model), **options)
        return caught.exception

    def test_an_unknown_key(self):
        with self.assertRaises(openai.AuthenticationError) as caught:
            client(api_key="sk-unknown").models.list()
        self.assertEqual(caught.exception.code, "invalid_api_key")

    def test_an_unknown_model_and_one_of_others(self):
        error = self.refused(openai.NotFoundError, "no-such-model")
        self.assertEqual((error.code, error.param), ("model_not_found", "model"))
        self.assertIn("no-such-model", error.message)
        with self.assertRaises(openai.NotFoundError):
            client(restricted=True).models.retrieve("secret-model")

    def test_a_request_that_is_wrong(self):
        error = self.refused(openai.BadRequestError, "plain-model", max_tokens="many")
        self.assertEqual(error.param, "max_tokens")
        self.assertEqual(error.type, "invalid_request_error")

    def test_a_request_that_the_vendor_refuses(self):
        error = self.refused(openai.BadRequestError, "error-400")
        self.assertEqual(error.code, "context_length_exceeded")

    def test_a_rate_limit(self):
        error = self.refused(openai.RateLimitError, "rate-limited")
        self.assertEqual(error.response.headers["retry-after"], "7")

    def test_a_vendor_that_fails(self):
        for model in ("error-500", "error-401", "html", "cut", "hang-up", "silent"):
            error = self.refused(openai.InternalServerError, model)
            self.assertIn(error.status_code, (502, 504))
            self.assertTrue(error.request_id)

    def test_a_client_that_waits_no_longer(self):
        with self.assertRaises(openai.APITimeoutError):
            impatient = client(timeout=0.5)
            impatient.chat.completions.create(**question("silent-for-long"))

    def test_a_retry_of_the_sdk_reaches_the_next_answer(self):
        # The SDK retries 429 by itself; the alias needs it not to.
        answer = client().chat.completions.create(**question("first-is-rate-limited"))
        self.assertTrue(answer.choices[0].message.content)

    def test_a_stream_that_breaks(self):
        for model in ("cut", "malformed", "error-midstream", "silent-midstream", "no-done"):
            received = []
            with self.assertRaises(openai.APIError, msg=model):
                for chunk in client().chat.completions.create(**question(model), stream=True):
                    received.append(chunk)
            self.assertTrue(received, model)


if __name__ == "__main__":
    unittest.main()
