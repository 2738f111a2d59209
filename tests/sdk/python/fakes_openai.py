"""The official SDK against the fake of OpenAI."""

import base64
import unittest

import openai

from fakes import CITY, CUT_TEXT, GIF, REFUSAL, SCHEMA, TEXT, THOUGHTS, key, origin

TOOL = {"type": "function", "function": {"name": "get_weather", "parameters": SCHEMA, "strict": True}}
HELLO = [{"role": "user", "content": "Hello"}]


def client(**options):
    return openai.OpenAI(**({"base_url": origin() + "/v1", "api_key": key(), "max_retries": 0} | options))


def ask(scenario, messages=HELLO, **options):
    return client().chat.completions.create(model=f"gpt-fake-{scenario}", messages=messages, **options)


def stream(scenario, **options):
    asked = {"model": f"gpt-fake-{scenario}", "messages": HELLO} | options
    with client().chat.completions.stream(**asked) as events:
        for _ in events:
            pass
        return events.get_final_completion()


class Chat(unittest.TestCase):
    def test_text(self):
        answer = ask("text")
        self.assertEqual(answer.choices[0].message.content, TEXT)
        self.assertEqual(answer.choices[0].finish_reason, "stop")
        streamed = stream("text", stream_options={"include_usage": True})
        self.assertEqual(streamed.choices[0].message.content, TEXT)
        self.assertEqual(streamed.usage, answer.usage)

    def test_usage(self):
        usage = ask("cached").usage
        self.assertEqual((usage.prompt_tokens, usage.completion_tokens), (100, 30))
        self.assertEqual(usage.prompt_tokens_details.cached_tokens, 40)
        self.assertEqual(usage.completion_tokens_details.reasoning_tokens, 12)

    def test_tools(self):
        for scenario, calls in (("tools", 1), ("parallel", 2)):
            for answer in (ask(scenario, tools=[TOOL]), stream(scenario, tools=[TOOL])):
                message = answer.choices[0].message
                self.assertEqual(answer.choices[0].finish_reason, "tool_calls")
                self.assertEqual(len(message.tool_calls), calls)
                self.assertEqual(message.tool_calls[0].function.arguments, '{"city":"Paris","days":3}')
                results = [
                    {"role": "tool", "tool_call_id": call.id, "content": "rain"} for call in message.tool_calls
                ]
                messages = HELLO + [message.to_dict(exclude_unset=True)] + results
                for each in messages:
                    for call in each.get("tool_calls") or []:
                        call.pop("index", None)
                        call["function"].pop("parsed_arguments", None)
                    each.pop("parsed", None)
                second = ask(scenario, messages, tools=[TOOL])
                self.assertEqual(
                    second.choices[0].message.content, "The tool said: " + " | ".join(["rain"] * calls)
                )

    def test_tools_need_their_results(self):
        call = {"id": "a", "type": "function", "function": {"name": "x", "arguments": "{}"}}
        spoken = {"role": "assistant", "tool_calls": [call]}
        for messages in (HELLO + [spoken], HELLO + [{"role": "tool", "tool_call_id": "a", "content": "x"}]):
            with self.assertRaises(openai.BadRequestError):
                ask("tools", messages)

    def test_images(self):
        url = "data:image/gif;base64," + base64.b64encode(GIF).decode()
        content = [{"type": "text", "text": "What?"}, {"type": "image_url", "image_url": {"url": url}}]
        answer = ask("image", [{"role": "user", "content": content}])
        self.assertEqual(answer.choices[0].message.content, f"I see image/gif of {len(GIF)} bytes.")

    def test_structured(self):
        from pydantic import BaseModel

        class City(BaseModel):
            city: str
            days: int

        answer = client().chat.completions.parse(
            model="gpt-fake-structured", messages=HELLO, response_format=City
        )
        self.assertEqual(answer.choices[0].message.parsed.model_dump(), CITY)
        choice = {"type": "function", "function": {"name": "get_weather"}}
        forced = ask("structured", tools=[TOOL], tool_choice=choice)
        self.assertEqual(forced.choices[0].message.tool_calls[0].function.arguments, '{"city":"Paris","days":3}')

    def test_endings(self):
        for answer in (ask("length"), ask("stop", stop=["!"]), ask("filter")):
            self.assertEqual(answer.choices[0].message.content, CUT_TEXT)
        self.assertEqual(ask("length").choices[0].finish_reason, "length")
        self.assertEqual(ask("filter").choices[0].finish_reason, "content_filter")
        self.assertEqual(ask("refusal").choices[0].message.refusal, REFUSAL)

    def test_errors(self):
        kinds = {
            400: openai.BadRequestError, 401: openai.AuthenticationError, 403: openai.PermissionDeniedError,
            404: openai.NotFoundError, 413: openai.APIStatusError, 429: openai.RateLimitError,
            500: openai.InternalServerError, 503: openai.InternalServerError,
        }
        for status, kind in kinds.items():
            with self.assertRaises(kind) as caught:
                ask(f"error-{status}")
            self.assertEqual(caught.exception.status_code, status)
            self.assertTrue(caught.exception.body["message"])
        for scenario in ("midstream-error", "malformed", "cut"):
            received = []
            with self.assertRaises(Exception, msg=scenario):
                for chunk in ask(scenario, stream=True):
                    received.append(chunk)
            self.assertGreater(len(received), 1, scenario)

    def test_refuses(self):
        refused = {
            "frobnicate": ({"extra_body": {"frobnicate": 1}}, "unknown_parameter"),
            "temperature": ({"temperature": 3}, "decimal_above_max_value"),
            "response_format.json_schema.name": (
                {"response_format": {"type": "json_schema", "json_schema": {"schema": SCHEMA}}},
                "missing_required_parameter",
            ),
            "stream_options": ({"stream_options": {"include_usage": True}}, None),
        }
        for param, (options, code) in refused.items():
            with self.assertRaises(openai.BadRequestError) as caught:
                ask("text", **options)
            self.assertEqual((caught.exception.param, caught.exception.code), (param, code))
        with self.assertRaises(openai.AuthenticationError):
            client(api_key="sk-other").models.list()
        with self.assertRaises(openai.NotFoundError):
            ask("unknown")


class Responses(unittest.TestCase):
    def both(self, scenario, asked="Hello", **options):
        options = {"model": f"gpt-fake-{scenario}", "input": asked} | options
        whole = client().responses.create(**options)
        with client().responses.stream(**options) as events:
            for _ in events:
                pass
            streamed = events.get_final_response()
        ours = [item.to_dict() for item in whole.output]
        theirs = [item.to_dict() for item in streamed.output]
        for item in theirs:
            item.pop("parsed_arguments", None)
            for part in item.get("content") or []:
                part.pop("parsed", None)
        self.assertEqual(ours, theirs)
        self.assertEqual((whole.status, whole.usage), (streamed.status, streamed.usage))
        return whole

    def test_text_and_endings(self):
        self.assertEqual(self.both("text").output_text, TEXT)
        usage = self.both("cached").usage
        self.assertEqual((usage.input_tokens, usage.output_tokens), (100, 30))
        self.assertEqual(usage.input_tokens_details.cached_tokens, 40)
        cut = client().responses.create(model="gpt-fake-length", input="Hello")
        self.assertEqual((cut.status, cut.incomplete_details.reason), ("incomplete", "max_output_tokens"))
        self.assertEqual(self.both("refusal").output[0].content[0].refusal, REFUSAL)

    def test_tools(self):
        tool = {"type": "function", "name": "get_weather", "parameters": SCHEMA, "strict": True}
        for scenario, calls in (("tools", 1), ("parallel", 2)):
            answer = self.both(scenario, tools=[tool])
            self.assertEqual([item.arguments for item in answer.output][0], '{"city":"Paris","days":3}')
            spoken = [item.to_dict() for item in answer.output]
            outputs = [
                {"type": "function_call_output", "call_id": item.call_id, "output": "rain"} for item in answer.output
            ]
            second = self.both(scenario, HELLO + spoken + outputs, tools=[tool])
            self.assertEqual(second.output_text, "The tool said: " + " | ".join(["rain"] * calls))
            for wrong in (spoken, outputs):
                with self.assertRaises(openai.BadRequestError):
                    client().responses.create(model="gpt-fake-tools", input=HELLO + wrong, tools=[tool])

    def test_thoughts_and_their_seal(self):
        options = {"reasoning": {"summary": "auto"}, "include": ["reasoning.encrypted_content"], "store": False}
        answer = self.both("reasoning", **options)
        self.assertEqual(answer.output[0].summary[0].text, THOUGHTS)
        spoken = [item.to_dict() for item in answer.output]
        self.both("reasoning", HELLO + spoken + HELLO, **options)
        spoken[0]["encrypted_content"] = "other"
        with self.assertRaises(openai.BadRequestError):
            client().responses.create(model="gpt-fake-reasoning", input=HELLO + spoken + HELLO)

    def test_images_and_structure(self):
        url = "data:image/gif;base64," + base64.b64encode(GIF).decode()
        content = [{"type": "input_image", "image_url": url, "detail": "auto"}]
        answer = self.both("image", [{"role": "user", "content": content}])
        self.assertEqual(answer.output_text, f"I see image/gif of {len(GIF)} bytes.")
        format = {"type": "json_schema", "name": "city", "schema": SCHEMA, "strict": True}
        self.assertEqual(self.both("structured", text={"format": format}).output_text, '{"city":"Paris","days":3}')

    def test_errors(self):
        with self.assertRaises(openai.RateLimitError):
            client().responses.create(model="gpt-fake-error-429", input="Hello")
        for scenario in ("midstream-error", "malformed", "cut"):
            with self.assertRaises(Exception, msg=scenario):
                for event in client().responses.create(model=f"gpt-fake-{scenario}", input="Hello", stream=True):
                    if event.type == "error":
                        raise RuntimeError(event.message)
        with self.assertRaises(openai.BadRequestError) as caught:
            client().responses.create(model="gpt-fake-text", input="Hello", extra_body={"messages": []})
        self.assertEqual(caught.exception.code, "unknown_parameter")


class Others(unittest.TestCase):
    def test_embeddings(self):
        answer = client().embeddings.create(model="text-embedding-fake", input=["one", "two"], dimensions=4)
        plain = client().embeddings.create(
            model="text-embedding-fake", input=["one", "two"], dimensions=4, encoding_format="float"
        )
        self.assertEqual([each.embedding for each in answer.data], [each.embedding for each in plain.data])

    def test_completions(self):
        answer = client().completions.create(model="gpt-fake-text", prompt="Hello")
        self.assertEqual(answer.choices[0].text, TEXT)
        chunks = client().completions.create(model="gpt-fake-text", prompt="Hello", stream=True)
        self.assertEqual("".join(chunk.choices[0].text for chunk in chunks), TEXT)


class Azure(unittest.TestCase):
    def test_deployments(self):
        azure = openai.AzureOpenAI(
            azure_endpoint=origin(), api_key=key("AZURE_KEY"), api_version="2024-10-21", max_retries=0
        )
        answer = azure.chat.completions.create(model="fake-text", messages=HELLO)
        self.assertEqual(answer.choices[0].message.content, TEXT)


if __name__ == "__main__":
    unittest.main()
