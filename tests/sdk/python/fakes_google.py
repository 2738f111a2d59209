"""The official SDK against the fake of the Gemini API and of Vertex AI."""

import functools
import json
import os
import unittest

from google import genai
from google.genai import errors, types
from google.oauth2 import service_account

from fakes import CITY, CUT_TEXT, GIF, TEXT, THOUGHTS, key, origin

TOOLS = [
    types.Tool(
        function_declarations=[
            types.FunctionDeclaration(
                name="get_weather",
                parameters=types.Schema(
                    type="OBJECT",
                    properties={"city": types.Schema(type="STRING"), "days": types.Schema(type="INTEGER")},
                    required=["city", "days"],
                ),
            )
        ]
    )
]
HELLO = types.Content(role="user", parts=[types.Part(text="Hello")])
OPTIONS = {"base_url": origin(), "timeout": 30_000}


@functools.cache
def gemini(api_key=None):
    return genai.Client(api_key=api_key or key(), http_options=types.HttpOptions(**OPTIONS))


@functools.cache
def vertex():
    credentials = service_account.Credentials.from_service_account_info(
        json.loads(os.environ["POSTERN_FAKE_SERVICE_ACCOUNT"]),
        scopes=["https://www.googleapis.com/auth/cloud-platform"],
    )
    return genai.Client(
        vertexai=True,
        project="fake-project",
        location="us-central1",
        credentials=credentials,
        http_options=types.HttpOptions(**OPTIONS),
    )


def seen(response):
    return [part.to_json_dict() for part in (response.candidates[0].content.parts or [])]


def collected(chunks):
    """The parts of a stream, with pieces of a text put together."""
    parts = []
    for part in (part for chunk in chunks for part in seen(chunk)):
        last = parts[-1] if parts else {}
        if "text" in part and "text" in last and last.get("thought") == part.get("thought"):
            parts[-1] = last | part | {"text": last["text"] + part["text"]}
        elif part != {"text": ""}:
            parts.append(part)
    return parts


class Contents(unittest.TestCase):
    def clients(self):
        return gemini(), vertex()

    def both(self, scenario, contents=HELLO, **config):
        for client in self.clients():
            asked = {
                "model": f"gemini-fake-{scenario}",
                "contents": contents,
                "config": types.GenerateContentConfig(
                    automatic_function_calling=types.AutomaticFunctionCallingConfig(disable=True), **config
                ),
            }
            whole = client.models.generate_content(**asked)
            chunks = list(client.models.generate_content_stream(**asked))
            self.assertEqual(seen(whole), collected(chunks))
            self.assertEqual(whole.candidates[0].finish_reason, chunks[-1].candidates[0].finish_reason)
            self.assertEqual(
                whole.usage_metadata.total_token_count, chunks[-1].usage_metadata.total_token_count
            )
        return whole

    def test_text(self):
        answer = self.both("text")
        self.assertEqual(answer.text, TEXT)
        self.assertEqual(answer.candidates[0].finish_reason, "STOP")

    def test_usage(self):
        usage = self.both("cached").usage_metadata
        self.assertEqual((usage.prompt_token_count, usage.cached_content_token_count), (100, 40))
        self.assertEqual((usage.candidates_token_count, usage.thoughts_token_count), (18, 12))

    def test_tools(self):
        for scenario, calls in (("tools", 1), ("parallel", 2)):
            answer = self.both(scenario, tools=TOOLS)
            self.assertEqual(len(answer.function_calls), calls)
            self.assertEqual(answer.function_calls[0].args, CITY)
            respond = types.Part.from_function_response(name="get_weather", response={"output": "rain"})
            results = types.Content(role="user", parts=[respond] * calls)
            second = self.both(scenario, [HELLO, answer.candidates[0].content, results], tools=TOOLS)
            self.assertEqual(second.text, "The tool said: " + " | ".join(["rain"] * calls))
            other = types.Part.from_function_response(name="other", response={"output": "rain"})
            for wrong in ([other] * calls, [respond] * (calls + 1)):
                wrong = types.Content(role="user", parts=wrong)
                self.refused("function response", scenario, [HELLO, answer.candidates[0].content, wrong])

    def refused(self, message, scenario, contents=HELLO, code=400, **config):
        with self.assertRaises(errors.ClientError) as caught:
            gemini().models.generate_content(model=f"gemini-fake-{scenario}", contents=contents, config=config)
        self.assertEqual(caught.exception.code, code)
        self.assertIn(message, caught.exception.message)

    def test_images(self):
        image = types.Part.from_bytes(data=GIF, mime_type="image/gif")
        answer = self.both("image", types.Content(role="user", parts=[image]))
        self.assertEqual(answer.text, f"I see image/gif of {len(GIF)} bytes.")

    def test_structured(self):
        from pydantic import BaseModel

        class City(BaseModel):
            city: str
            days: int

        native = self.both("structured", response_mime_type="application/json", response_schema=City)
        self.assertEqual(native.parsed.model_dump(), CITY)
        calling = types.ToolConfig(function_calling_config=types.FunctionCallingConfig(mode="ANY"))
        forced = self.both("structured", tools=TOOLS, tool_config=calling)
        self.assertEqual(forced.function_calls[0].args, CITY)

    def test_thoughts_and_their_signature(self):
        thinking = types.ThinkingConfig(include_thoughts=True)
        answer = self.both("reasoning", thinking_config=thinking)
        self.assertEqual(seen(answer)[0], {"text": THOUGHTS, "thought": True})
        self.assertEqual(answer.text, TEXT)
        answer = self.both("reasoning", thinking_config=thinking, tools=TOOLS)
        content = answer.candidates[0].content
        respond = types.Part.from_function_response(name="get_weather", response={"output": "rain"})
        results = types.Content(role="user", parts=[respond])
        second = self.both("reasoning", [HELLO, content, results], tools=TOOLS)
        self.assertEqual(second.text, "The tool said: rain")
        content.parts[1].thought_signature = b"other"
        self.refused("signature is not valid", "reasoning", [HELLO, content, results])
        content.parts[1].thought_signature = None
        self.refused("missing a thought_signature", "reasoning", [HELLO, content, results])

    def test_endings(self):
        self.assertEqual(self.both("length").candidates[0].finish_reason, "MAX_TOKENS")
        self.assertEqual(self.both("filter").candidates[0].finish_reason, "SAFETY")
        self.assertEqual(self.both("stop", stop_sequences=["!"]).text, CUT_TEXT)
        blocked = gemini().models.generate_content(model="gemini-fake-refusal", contents=HELLO)
        self.assertEqual(blocked.prompt_feedback.block_reason, "SAFETY")

    def test_errors(self):
        for status in (400, 401, 403, 404, 429, 500, 503):
            with self.assertRaises(errors.APIError) as caught:
                gemini().models.generate_content(model=f"gemini-fake-error-{status}", contents=HELLO)
            self.assertEqual(caught.exception.code, status)
            self.assertTrue(caught.exception.status)
        for scenario in ("midstream-error", "malformed", "cut"):
            with self.assertRaises(Exception, msg=scenario):
                list(gemini().models.generate_content_stream(model=f"gemini-fake-{scenario}", contents=HELLO))

    def test_refuses(self):
        self.refused("temperature must be in the range", "text", temperature=3)
        self.refused(
            'Unknown name "frobnicate": Cannot find field.',
            "text",
            http_options=types.HttpOptions(extra_body={"frobnicate": 1}),
        )
        self.refused("is not found", "unknown", code=404)
        with self.assertRaisesRegex(errors.ClientError, "API key not valid"):
            gemini(api_key="other").models.generate_content(model="gemini-fake-text", contents=HELLO)

    def test_embeddings(self):
        for client in self.clients():
            answer = client.models.embed_content(
                model="text-embedding-fake",
                contents=["one", "two"],
                config=types.EmbedContentConfig(output_dimensionality=4),
            )
            self.assertEqual([len(each.values) for each in answer.embeddings], [4, 4])


class Claude(unittest.TestCase):
    def test_on_vertex(self):
        import anthropic

        credentials = vertex()._api_client._credentials
        client = anthropic.AnthropicVertex(
            base_url=origin() + "/v1", project_id="fake-project", region="us-central1",
            credentials=credentials, max_retries=0,
        )
        asked = {"model": "claude-fake-text", "max_tokens": 64, "messages": [{"role": "user", "content": "Hi"}]}
        self.assertEqual(client.messages.create(**asked).content[0].text, TEXT)
        with client.messages.stream(**asked) as stream:
            self.assertEqual(stream.get_final_message().content[0].text, TEXT)


if __name__ == "__main__":
    unittest.main()
