"""Conversations with messages: Anthropic's own objects through the gateway, the same story from all others."""

import json

import anthropic

from parity import (
    CITY, CUT_TEXT, FAMILIES, HELLO, IMAGE, IMAGE_TEXT, REFUSED, SCHEMA, SECOND_CITY, TEXT, THOUGHTS, City, Parity,
    Refusals, gateway, said, vendor,
)

TOOL = {"name": "get_weather", "description": "Weather", "input_schema": SCHEMA}
FORMAT = {"format": {"type": "json_schema", "schema": SCHEMA}}
THINK = {"thinking": {"type": "enabled", "budget_tokens": 1024}}


class Talk:
    """One way of asking: `create`, `create(stream=True)`, `parse`, or the helper `stream`."""

    modes = ("create", "events", "parse", "stream")

    def __init__(self, side, family, mode):
        self.client = anthropic.Anthropic(**side())
        self.family, self.mode, self.log = family, mode, []

    def ask(self, scenario, messages=HELLO, **options):
        request = {"model": self.family + scenario, "max_tokens": 2048, "messages": messages} | options
        return getattr(self, self.mode)(self.client.messages, request)

    def keep(self, answer):
        self.log.append(answer.model_dump(mode="json"))
        return answer

    def create(self, messages, request):
        return self.keep(messages.create(**with_schema(request)))

    def events(self, messages, request):
        """Put together by hand: blocks one after the other, counts replaced."""
        message, open_block, inputs = None, None, {}
        for event in messages.create(**with_schema(request), stream=True):
            self.keep(event)
            if event.type == "message_start":
                message = event.message.model_copy(deep=True)
            elif event.type == "content_block_start":
                assert open_block is None and event.index == len(message.content)
                open_block = event.index
                message.content.append(event.content_block.model_copy(deep=True))
            elif event.type == "content_block_delta":
                assert event.index == open_block
                add(message.content[-1], event.delta, inputs)
            elif event.type == "content_block_stop":
                if message.content[-1].type == "tool_use":
                    message.content[-1].input = json.loads(inputs.pop("json", "{}"))
                open_block = None
            elif event.type == "message_delta":
                message.stop_reason, message.stop_sequence = event.delta.stop_reason, event.delta.stop_sequence
                for name, count in event.usage:
                    if count is not None:
                        setattr(message.usage, name, count)
        assert event.type == "message_stop"
        return message

    def parse(self, messages, request):
        return self.keep(messages.parse(**request))

    def stream(self, messages, request):
        with messages.stream(**request) as events:
            for event in events:
                self.keep(event)
            return self.keep(events.get_final_message())


def add(block, delta, inputs):
    if delta.type == "text_delta":
        block.text += delta.text
    elif delta.type == "thinking_delta":
        block.thinking += delta.thinking
    elif delta.type == "signature_delta":
        block.signature = delta.signature
    elif delta.type == "input_json_delta":
        inputs["json"] = inputs.get("json", "") + delta.partial_json
    else:
        raise AssertionError(delta.type)


def with_schema(request):
    """What the helpers make of a class."""
    plain = {key: value for key, value in request.items() if key != "output_format"}
    return plain | ({"output_config": FORMAT} if "output_format" in request else {})


def understood(answer):
    def of(kind):
        return [block for block in answer.content if block.type == kind]

    assert all(block.id and block.name == "get_weather" for block in of("tool_use"))
    parsed = getattr(answer, "parsed_output", None)
    return said(
        text="".join(block.text for block in of("text")),
        finish=answer.stop_reason,
        calls=[block.input for block in of("tool_use")],
        thoughts="".join(block.thinking for block in of("thinking")),
        parsed=parsed.model_dump() if parsed else None,
    )


def turn(answer):
    """What an application sends back of an answer: all of it, but for what the helpers added."""
    content = [block.to_dict() for block in answer.content]
    for block in content:
        block.pop("parsed_output", None)
    return {"role": "assistant", "content": content}


def plain(scenario, **options):
    return lambda talk: [understood(talk.ask(scenario, **options))]


def loop(scenario, **options):
    def converse(talk):
        first = talk.ask(scenario, tools=[TOOL], **options)
        calls = [block for block in first.content if block.type == "tool_use"]
        assert len({call.id for call in calls}) == len(calls)
        results = [{"type": "tool_result", "tool_use_id": call.id, "content": "rain"} for call in calls]
        messages = HELLO + [turn(first), {"role": "user", "content": results}]
        return [understood(first), understood(talk.ask(scenario, messages, tools=[TOOL], **options))]

    return converse


def image(talk):
    source = {"type": "base64", "media_type": "image/gif", "data": IMAGE}
    content = [{"type": "text", "text": "What?"}, {"type": "image", "source": source}]
    return [understood(talk.ask("image", [{"role": "user", "content": content}]))]


def structured(talk):
    answer = understood(talk.ask("structured", output_format=City))
    if talk.mode in ("parse", "stream"):
        assert answer["parsed"] == CITY, answer
    return [answer | {"text": json.loads(answer["text"]), "parsed": None}]


def reasoning(talk):
    first = talk.ask("reasoning", **THINK)
    then = talk.ask("reasoning", HELLO + [turn(first)] + HELLO, **THINK)
    return [understood(first), understood(then)]


def thoughts(provider):
    """OpenAI's chat completions show none."""
    return "" if provider == "openai" else THOUGHTS


def usage(talk):
    counts = talk.ask("cached").usage
    written = counts.cache_creation_input_tokens or 0
    return [counts.input_tokens + counts.cache_read_input_tokens + written, counts.cache_read_input_tokens, counts.output_tokens]


def ended_by_sequence(provider):
    """Only these say which sequence it was; OpenAI's responses know none, and the gateway says so in a header."""
    if provider == "openai-responses":
        return [said(TEXT, "end_turn")]
    return [said(CUT_TEXT, "stop_sequence" if provider in ("anthropic", "bedrock") else "end_turn")]


# Amazon's models are throttled in the middle of a stream, too.
STREAM_ERRORS = ("api_error", "overloaded_error", "rate_limit_error")
RAIN = said("The tool said: rain", "end_turn")
CALL = said(finish="tool_use", calls=[CITY])
CONVERSATIONS = {
    "text": (plain("text"), [said(TEXT, "end_turn")]),
    "instructed": (plain("text", system="Be brief.", max_tokens=99), [said(TEXT, "end_turn")]),
    "tools": (loop("tools"), [CALL, RAIN]),
    "parallel": (
        loop("parallel"),
        [said(finish="tool_use", calls=[CITY, SECOND_CITY]), said("The tool said: rain | rain", "end_turn")],
    ),
    "image": (image, [said(IMAGE_TEXT, "end_turn")]),
    "structured": (structured, [said(CITY, "end_turn")]),
    "reasoning": (
        reasoning,
        lambda provider: [said(TEXT, "end_turn", thoughts=thoughts(provider))] * 2,
    ),
    "reasoning with tools": (
        loop("reasoning", **THINK),
        lambda provider: [CALL | {"thoughts": thoughts(provider)}, RAIN],
    ),
    "length": (plain("length"), [said(CUT_TEXT, "max_tokens")]),
    "stop": (plain("stop", stop_sequences=["jumps"]), ended_by_sequence),
    "usage": (usage, [100, 40, 30]),
}


class Messages(Parity):
    talk, conversations = Talk, CONVERSATIONS
    own, vendor_family = "anthropic", "claude-fake-"

    def test_refusals_are_the_vendors_own(self):
        for mode in Talk.modes:
            direct, through = Talk(vendor, "claude-fake-", mode), Talk(gateway, "claude-fake-", mode)
            for talk in (direct, through):
                self.assertEqual(understood(talk.ask("refusal")), said(REFUSED, "refusal"))
            self.assertEqual(through.log, direct.log)

    def test_tools_are_run_by_the_sdks_own_loop(self):
        """It asks for a conversation that the vendor keeps, and goes on without when it is told that there is none."""

        @anthropic.beta_tool
        def get_weather(city: str, days: int) -> str:
            """The weather.

            Args:
                city: Where.
                days: How long.
            """
            return f"rain in {city} for {days}"

        client = anthropic.Anthropic(**gateway())
        for family in FAMILIES.values():
            for stream in (False, True):
                with self.subTest(family=family, stream=stream):
                    runner = client.beta.messages.tool_runner(
                        model=family + "tools", max_tokens=99, messages=HELLO, tools=[get_weather], stream=stream
                    )
                    self.assertEqual(runner.until_done().content[0].text, "The tool said: rain in Paris for 3")

    def test_tokens_are_counted_by_the_vendor_or_estimated(self):
        request = {"model": "claude-fake-text", "messages": HELLO, "tools": [TOOL], "system": "Be brief."}
        direct, through = (
            anthropic.Anthropic(**side()).messages.count_tokens(**request) for side in (vendor, gateway)
        )
        self.assertEqual(through.model_dump(), direct.model_dump())
        for family in FAMILIES.values():
            counted = anthropic.Anthropic(**gateway()).messages.count_tokens(**request | {"model": family + "text"})
            self.assertGreater(counted.input_tokens, 0)

    def test_models_are_listed(self):
        client = anthropic.Anthropic(**gateway())
        models = {model.id: model for model in client.models.list()}
        for family in FAMILIES.values():
            self.assertEqual(models[family + "text"].type, "model")
            self.assertTrue(models[family + "text"].display_name)
            self.assertTrue(models[family + "text"].created_at)
        first = client.models.retrieve("gpt-fake-text")
        self.assertEqual((first.id, first.type), ("gpt-fake-text", "model"))

    def test_a_bearer_token_is_taken_too(self):
        """As `ANTHROPIC_AUTH_TOKEN` makes the SDK send it."""
        options = gateway()
        client = anthropic.Anthropic(**options | {"api_key": None, "auth_token": options["api_key"]})
        answer = client.messages.create(model="claude-fake-text", max_tokens=99, messages=HELLO)
        self.assertEqual(answer.content[0].text, TEXT)


class Errors(Refusals):
    def asked(self, scenario, kind, **options):
        messages = anthropic.Anthropic(**gateway()).messages
        ask = lambda model: consume(messages.create(model=model, max_tokens=99, messages=HELLO, **options))
        for error in self.every(scenario, kind, ask):
            self.assertEqual(error.body["type"], "error")
            self.assertTrue(error.body["error"]["message"])
            yield error

    def test_a_bad_request(self):
        for error in self.asked("error-400", anthropic.BadRequestError):
            self.assertEqual(error.type, "invalid_request_error")

    def test_a_rate_limit(self):
        for error in self.asked("error-429", anthropic.RateLimitError):
            self.assertEqual(error.type, "rate_limit_error")
            self.assertGreater(float(error.response.headers["retry-after"]), 0)

    def test_the_credential_of_the_gateway_is_not_the_clients(self):
        for status in (401, 403):
            for error in self.asked(f"error-{status}", anthropic.InternalServerError):
                self.assertEqual((error.status_code, error.type), (502, "api_error"))

    def test_a_vendor_that_fails(self):
        for scenario in ("error-500", "midstream-error", "malformed", "cut"):
            for error in self.asked(scenario, anthropic.InternalServerError):
                self.assertEqual(error.type, "api_error")
                self.assertTrue(error.request_id)

    def test_a_vendor_that_is_overloaded(self):
        for scenario in ("error-503", "error-529"):
            for error in self.asked(scenario, anthropic.OverloadedError):
                self.assertEqual((error.status_code, error.type), (529, "overloaded_error"))

    def test_an_unknown_key(self):
        client = anthropic.Anthropic(**gateway() | {"api_key": "sk-unknown"})
        ask = lambda: client.messages.create(model="claude-fake-text", max_tokens=99, messages=HELLO)
        error = self.refused(anthropic.AuthenticationError, ask)
        self.assertEqual(error.type, "authentication_error")

    def test_a_stream_that_breaks(self):
        for provider, family in FAMILIES.items():
            for scenario in ("midstream-error", "malformed", "cut"):
                with self.subTest(provider=provider, scenario=scenario):
                    request = {"model": family + scenario, "max_tokens": 99, "messages": HELLO}
                    with self.assertRaises(anthropic.APIStatusError) as caught:
                        consume(anthropic.Anthropic(**gateway()).messages.create(**request, stream=True))
                    self.assertIn(caught.exception.type, STREAM_ERRORS)


def consume(answer):
    """All of a stream."""
    if isinstance(answer, anthropic.Stream):
        for _ in answer:
            pass


# A class of tests for those alone that inherit from it.
del Parity, Refusals
