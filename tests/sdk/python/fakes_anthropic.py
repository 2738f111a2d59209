"""The official SDK against the fake of Anthropic."""

import base64
import unittest

import anthropic

from fakes import CITY, CUT_TEXT, GIF, SCHEMA, TEXT, THOUGHTS, key, origin

TOOL = {"name": "get_weather", "description": "Weather", "input_schema": SCHEMA}
HELLO = [{"role": "user", "content": "Hello"}]
THINKING = {"type": "enabled", "budget_tokens": 1024}


def client(**options):
    return anthropic.Anthropic(**({"base_url": origin(), "api_key": key(), "max_retries": 0} | options))


def request(scenario, messages, options):
    return {"model": f"claude-fake-{scenario}", "max_tokens": 2048, "messages": messages} | options


def ask(scenario, messages=HELLO, **options):
    return client().messages.create(**request(scenario, messages, options))


def stream(scenario, messages=HELLO, **options):
    with client().messages.stream(**request(scenario, messages, options)) as events:
        return events.get_final_message()


class Messages(unittest.TestCase):
    def both(self, scenario, messages=HELLO, **options):
        whole, streamed = ask(scenario, messages, **options), stream(scenario, messages, **options)
        self.assertEqual(
            [block.to_dict() for block in whole.content], [block.to_dict() for block in streamed.content]
        )
        self.assertEqual(whole.stop_reason, streamed.stop_reason)
        self.assertEqual(whole.usage.output_tokens, streamed.usage.output_tokens)
        self.assertEqual(whole.usage.input_tokens, streamed.usage.input_tokens)
        return whole

    def test_text(self):
        answer = self.both("text")
        self.assertEqual(answer.content[0].text, TEXT)
        self.assertEqual(answer.stop_reason, "end_turn")

    def test_usage(self):
        usage = self.both("cached").usage
        self.assertEqual(usage.input_tokens, 50)
        self.assertEqual(usage.cache_read_input_tokens, 40)
        self.assertEqual(usage.cache_creation_input_tokens, 10)
        self.assertEqual(usage.output_tokens, 30)

    def test_tools(self):
        for scenario, calls in (("tools", 1), ("parallel", 2)):
            answer = self.both(scenario, tools=[TOOL])
            self.assertEqual((answer.stop_reason, len(answer.content)), ("tool_use", calls))
            self.assertEqual(answer.content[0].input, CITY)
            results = [
                {"type": "tool_result", "tool_use_id": block.id, "content": "rain"} for block in answer.content
            ]
            spoken = {"role": "assistant", "content": answer.content}
            second = self.both(scenario, HELLO + [spoken, {"role": "user", "content": results}], tools=[TOOL])
            self.assertEqual(second.content[0].text, "The tool said: " + " | ".join(["rain"] * calls))
            late = [{"type": "text", "text": "Here"}] + results
            for wrong in (late, results[1:] or "Nothing"):
                with self.assertRaises(anthropic.BadRequestError):
                    ask(scenario, HELLO + [spoken, {"role": "user", "content": wrong}], tools=[TOOL])

    def test_images(self):
        source = {"type": "base64", "media_type": "image/gif", "data": base64.b64encode(GIF).decode()}
        answer = self.both("image", [{"role": "user", "content": [{"type": "image", "source": source}]}])
        self.assertEqual(answer.content[0].text, f"I see image/gif of {len(GIF)} bytes.")

    def test_structured(self):
        forced = self.both("structured", tools=[TOOL], tool_choice={"type": "tool", "name": "get_weather"})
        self.assertEqual(forced.content[0].input, CITY)
        native = self.both("structured", output_config={"format": {"type": "json_schema", "schema": SCHEMA}})
        self.assertEqual(native.content[0].text, '{"city":"Paris","days":3}')

    def test_thoughts_and_their_seal(self):
        answer = self.both("reasoning", thinking=THINKING, tools=[TOOL])
        self.assertEqual([block.type for block in answer.content], ["thinking", "tool_use"])
        self.assertEqual(answer.content[0].thinking, THOUGHTS)
        result = [{"type": "tool_result", "tool_use_id": answer.content[1].id, "content": "rain"}]
        spoken = [block.to_dict() for block in answer.content]

        def again(content):
            messages = HELLO + [{"role": "assistant", "content": content}, {"role": "user", "content": result}]
            return ask("reasoning", messages, thinking=THINKING, tools=[TOOL])

        self.assertEqual(again(spoken).content[-1].text, "The tool said: rain")
        changed = [spoken[0] | {"thinking": "First I slept."}, spoken[1]]
        for wrong in (changed, spoken[1:], [spoken[0] | {"signature": "x"}, spoken[1]]):
            with self.assertRaises(anthropic.BadRequestError):
                again(wrong)

    def test_endings(self):
        self.assertEqual(self.both("length").stop_reason, "max_tokens")
        self.assertEqual(self.both("refusal").stop_reason, "refusal")
        answer = self.both("stop", stop_sequences=["!"])
        self.assertEqual((answer.stop_reason, answer.stop_sequence), ("stop_sequence", "!"))
        self.assertEqual(answer.content[0].text, CUT_TEXT)

    def test_errors(self):
        for status in (400, 401, 403, 404, 413, 429, 500, 529):
            with self.assertRaises(anthropic.APIStatusError) as caught:
                ask(f"error-{status}")
            self.assertEqual(caught.exception.status_code, status)
            self.assertEqual(caught.exception.body["type"], "error")
        for scenario in ("midstream-error", "malformed", "cut"):
            received = []
            with self.assertRaises(Exception, msg=scenario):
                for event in ask(scenario, stream=True):
                    received.append(event)
            self.assertGreater(len(received), 2, scenario)

    def test_refuses(self):
        refused = {
            "frobnicate: Extra inputs are not permitted": {"extra_body": {"frobnicate": 1}},
            "`max_tokens` must be greater": {"thinking": {"type": "enabled", "budget_tokens": 4096}},
            "greater than or equal to 1024": {"thinking": {"type": "enabled", "budget_tokens": 3}},
            "temperature: Extra inputs": {"extra_body": {"temperature": 0.5}},
            "`temperature` may only be set to 1": {
                "thinking": THINKING,
                "extra_body": {"temperature": 0.5},
                "extra_headers": {"anthropic-version": "2023-06-01"},
            },
            "A maximum of 4 blocks": {
                "system": [{"type": "text", "text": "a", "cache_control": {"type": "ephemeral"}}] * 5
            },
            "first message must use": {"messages": [{"role": "assistant", "content": "Hi"}]},
        }
        for message, options in refused.items():
            with self.assertRaises(anthropic.BadRequestError) as caught:
                ask("text", **options)
            self.assertIn(message, str(caught.exception))
        with self.assertRaises(anthropic.AuthenticationError):
            client(api_key="other").models.list()
        with self.assertRaises(anthropic.NotFoundError):
            ask("unknown")

    def test_counts_and_models(self):
        counted = client().messages.count_tokens(model="claude-fake-text", messages=HELLO)
        self.assertEqual(counted.input_tokens, 20)
        self.assertIn("claude-fake-text", [model.id for model in client().models.list()])


if __name__ == "__main__":
    unittest.main()
