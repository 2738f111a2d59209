"""The official SDK against the fake of Cohere."""

import base64
import functools
import unittest

import cohere
from cohere.core.api_error import ApiError

from fakes import CUT_TEXT, GIF, SCHEMA, TEXT, THOUGHTS, key, origin

TOOL = {"type": "function", "function": {"name": "get_weather", "parameters": SCHEMA}}
HELLO = [{"role": "user", "content": "Hello"}]
OPTIONS = {"max_retries": 0}


@functools.cache
def client(api_key=None):
    return cohere.ClientV2(api_key=api_key or key(), base_url=origin())


def ask(scenario, messages=HELLO, **options):
    return client().chat(
        model=f"command-fake-{scenario}", messages=messages, request_options=OPTIONS, **options
    )


def stream(scenario, messages=HELLO, **options):
    """The answer of a stream: contents, calls and the end of it."""
    contents, calls, end = [], [], None
    for event in client().chat_stream(
        model=f"command-fake-{scenario}", messages=messages, request_options=OPTIONS, **options
    ):
        if event.type == "content-start":
            contents.append("")
        elif event.type == "content-delta":
            content = event.delta.message.content
            contents[event.index] += content.text or content.thinking
        elif event.type == "tool-call-start":
            call = event.delta.message.tool_calls
            calls.append([call.id, call.function.name, ""])
        elif event.type == "tool-call-delta":
            calls[event.index][2] += event.delta.message.tool_calls.function.arguments
        elif event.type == "message-end":
            end = event.delta
    return contents, calls, end


class Chat(unittest.TestCase):
    def both(self, scenario, messages=HELLO, **options):
        whole = ask(scenario, messages, **options)
        contents, calls, end = stream(scenario, messages, **options)
        texts = [getattr(each, each.type) for each in whole.message.content or []]
        self.assertEqual(texts, contents)
        asked = [[call.id, call.function.name, call.function.arguments] for call in whole.message.tool_calls or []]
        self.assertEqual(asked, calls)
        self.assertEqual((whole.finish_reason, whole.usage), (end.finish_reason, end.usage))
        return whole, texts

    def test_text(self):
        answer, texts = self.both("text")
        self.assertEqual((answer.finish_reason, texts), ("COMPLETE", [TEXT]))

    def test_usage(self):
        usage = self.both("cached")[0].usage
        self.assertEqual((usage.tokens.input_tokens, usage.tokens.output_tokens, usage.cached_tokens), (100, 30, 40))

    def test_tools(self):
        for scenario, calls in (("tools", 1), ("parallel", 2)):
            answer, _ = self.both(scenario, tools=[TOOL])
            self.assertEqual((answer.finish_reason, len(answer.message.tool_calls)), ("TOOL_CALL", calls))
            self.assertEqual(answer.message.tool_calls[0].function.arguments, '{"city":"Paris","days":3}')
            spoken = {"role": "assistant", "tool_calls": answer.message.tool_calls}
            results = [
                {"role": "tool", "tool_call_id": call.id, "content": "rain"} for call in answer.message.tool_calls
            ]
            _, texts = self.both(scenario, HELLO + [spoken] + results, tools=[TOOL])
            self.assertEqual(texts, ["The tool said: " + " | ".join(["rain"] * calls)])
            with self.assertRaises(ApiError):
                ask(scenario, HELLO + [spoken] + results[1:], tools=[TOOL])

    def test_images(self):
        url = "data:image/gif;base64," + base64.b64encode(GIF).decode()
        content = [{"type": "image_url", "image_url": {"url": url}}]
        _, texts = self.both("image", [{"role": "user", "content": content}])
        self.assertEqual(texts, [f"I see image/gif of {len(GIF)} bytes."])

    def test_structured(self):
        format = {"type": "json_object", "json_schema": SCHEMA}
        _, texts = self.both("structured", response_format=format)
        self.assertEqual(texts, ['{"city":"Paris","days":3}'])
        forced, _ = self.both("structured", tools=[TOOL], tool_choice="REQUIRED")
        self.assertEqual(forced.message.tool_calls[0].function.arguments, '{"city":"Paris","days":3}')

    def test_thoughts(self):
        _, texts = self.both("reasoning", thinking={"type": "enabled"})
        self.assertEqual(texts, [THOUGHTS, TEXT])

    def test_endings(self):
        self.assertEqual(self.both("length")[0].finish_reason, "MAX_TOKENS")
        answer, texts = self.both("stop", stop_sequences=["!"])
        self.assertEqual((answer.finish_reason, texts), ("STOP_SEQUENCE", [CUT_TEXT]))

    def test_errors(self):
        for status in (400, 401, 403, 404, 429, 500, 503):
            with self.assertRaises(ApiError) as caught:
                ask(f"error-{status}")
            self.assertEqual(caught.exception.status_code, status)
            self.assertTrue(caught.exception.body["message"])
        self.assertEqual(stream("midstream-error")[2].finish_reason, "ERROR")
        with self.assertRaises(Exception):
            stream("cut")
        # The SDK passes over a broken event, and not over a broken body.
        with self.assertRaises(Exception):
            ask("malformed")

    def test_refuses(self):
        refused = {
            "unknown field": {"request_options": OPTIONS | {"additional_body_parameters": {"frobnicate": 1}}},
            "between 0 and 1": {"temperature": 1.5},
            "may only be specified with tools": {"tool_choice": "REQUIRED"},
        }
        for message, options in refused.items():
            asked = {"model": "command-fake-text", "messages": HELLO, "request_options": OPTIONS} | options
            with self.assertRaises(ApiError) as caught:
                client().chat(**asked)
            self.assertIn(message, caught.exception.body["message"])
        with self.assertRaises(ApiError) as caught:
            client(api_key="other").chat(model="command-fake-text", messages=HELLO, request_options=OPTIONS)
        self.assertEqual(caught.exception.status_code, 401)


class Texts(unittest.TestCase):
    def test_are_embedded_and_ranked(self):
        embedded = client().embed(
            model="embed-fake", texts=["one", "two"], input_type="search_query", embedding_types=["float"]
        )
        self.assertEqual([len(each) for each in embedded.embeddings.float_], [8, 8])
        ranked = client().rerank(model="rerank-fake", query="q", documents=["a", "b", "c"], top_n=2)
        self.assertEqual([result.index for result in ranked.results], [2, 1])


if __name__ == "__main__":
    unittest.main()
