"""Conversations with chat completions: OpenAI's own objects through the gateway, the same story from all others."""

import json

import openai

from parity import (
    CITY, CUT_TEXT, FAMILIES, HELLO, IMAGE, IMAGE_TEXT, REFUSED, SCHEMA, SECOND_CITY, TEXT, THOUGHTS, City, Parity,
    Refusals, gateway, said, vendor,
)

FUNCTION = {"name": "get_weather", "description": "Weather", "parameters": SCHEMA, "strict": True}
TOOL = {"type": "function", "function": FUNCTION}
FORMAT = {"type": "json_schema", "json_schema": {"name": "City", "schema": SCHEMA, "strict": True}}
USAGE = {"stream_options": {"include_usage": True}}


class Talk:
    """One way of asking: `create`, `create(stream=True)`, `parse`, or the helper `stream`."""

    modes = ("create", "chunks", "parse", "stream")

    def __init__(self, side, family, mode):
        self.client = openai.OpenAI(**side("/v1"))
        self.family, self.mode, self.log = family, mode, []

    def ask(self, scenario, messages=HELLO, **options):
        request = {"model": self.family + scenario, "messages": messages} | options
        return getattr(self, self.mode)(self.client.chat.completions, request)

    def keep(self, answer):
        self.log.append(answer.model_dump(mode="json"))
        return answer

    def create(self, completions, request):
        return self.keep(completions.create(**with_schema(request)))

    def chunks(self, completions, request):
        """Put together by the SDK's own accumulation, but without its parsing."""
        state = openai.lib.streaming.chat.ChatCompletionStreamState()
        for chunk in completions.create(**with_schema(request), **USAGE, stream=True):
            state.handle_chunk(self.keep(chunk))
        return state.current_completion_snapshot

    def parse(self, completions, request):
        try:
            return self.keep(completions.parse(**request))
        except (openai.LengthFinishReasonError, openai.ContentFilterFinishReasonError) as error:
            return ended(self, error, request)

    def stream(self, completions, request):
        try:
            with completions.stream(**request, **USAGE) as events:
                for event in events:
                    self.keep(event)
                return self.keep(events.get_final_completion())
        except (openai.LengthFinishReasonError, openai.ContentFilterFinishReasonError) as error:
            return ended(self, error, request)


def with_schema(request):
    return request | ({"response_format": FORMAT} if "response_format" in request else {})


def ended(talk, error, request):
    """The helpers raise what was cut, and only one of both errors holds the answer."""
    talk.log.append({"error": type(error).__name__})
    return talk.create(talk.client.chat.completions, request)


def understood(answer):
    choice = answer.choices[0]
    calls = choice.message.tool_calls or []
    assert all(call.id and call.type == "function" and call.function.name == "get_weather" for call in calls)
    for call in calls:
        if getattr(call.function, "parsed_arguments", None) is not None:
            assert call.function.parsed_arguments == json.loads(call.function.arguments)
    parsed = getattr(choice.message, "parsed", None)
    return said(
        text=choice.message.content or choice.message.refusal or "",
        finish=choice.finish_reason,
        calls=[json.loads(call.function.arguments) for call in calls],
        thoughts=getattr(choice.message, "reasoning_content", None) or "",
        parsed=parsed.model_dump() if parsed else None,
    )


def turn(answer):
    """What an application sends back of an answer: all of it, but for what the helpers added."""
    message = answer.choices[0].message.to_dict(exclude_none=True)
    message.pop("parsed", None)
    for call in message.get("tool_calls") or []:
        call.pop("index", None)
        call["function"].pop("parsed_arguments", None)
    return message


def plain(scenario, **options):
    return lambda talk: [understood(talk.ask(scenario, **options))]


def loop(scenario):
    def converse(talk):
        first = talk.ask(scenario, tools=[TOOL])
        calls = first.choices[0].message.tool_calls
        assert len({call.id for call in calls}) == len(calls)
        results = [{"role": "tool", "tool_call_id": call.id, "content": "rain"} for call in calls]
        second = talk.ask(scenario, HELLO + [turn(first)] + results, tools=[TOOL])
        return [understood(first), understood(second)]

    return converse


def image(talk):
    url = f"data:image/gif;base64,{IMAGE}"
    content = [{"type": "text", "text": "What?"}, {"type": "image_url", "image_url": {"url": url}}]
    return [understood(talk.ask("image", [{"role": "user", "content": content}]))]


def structured(talk):
    answer = understood(talk.ask("structured", response_format=City))
    if talk.mode in ("parse", "stream"):
        assert answer["parsed"] == CITY, answer
    return [answer | {"text": json.loads(answer["text"]), "parsed": None}]


def reasoning(talk):
    first = talk.ask("reasoning", reasoning_effort="low")
    then = talk.ask("reasoning", HELLO + [turn(first)] + HELLO, reasoning_effort="low")
    return [understood(first), understood(then)]


def reasoning_with_tools(talk):
    options = {"reasoning_effort": "low", "tools": [TOOL]}
    first = talk.ask("reasoning", **options)
    [call] = first.choices[0].message.tool_calls
    result = {"role": "tool", "tool_call_id": call.id, "content": "rain"}
    then = talk.ask("reasoning", HELLO + [turn(first), result], **options)
    return [understood(first), understood(then)]


def thoughts(provider):
    """OpenAI's chat completions show none, and from its responses none are asked for."""
    return "" if provider.startswith("openai") else THOUGHTS


def usage(talk):
    counts = talk.ask("cached").usage
    return [counts.prompt_tokens, counts.completion_tokens, counts.total_tokens, counts.prompt_tokens_details.cached_tokens]


RAIN = said("The tool said: rain", "stop")
CALL = said(finish="tool_calls", calls=[CITY])
CONVERSATIONS = {
    "text": (plain("text"), [said(TEXT, "stop")]),
    "instructed": (
        plain("text", messages=[{"role": "system", "content": "Be brief."}] + HELLO, temperature=0.5, max_tokens=99),
        [said(TEXT, "stop")],
    ),
    "tools": (loop("tools"), [CALL, RAIN]),
    "parallel": (
        loop("parallel"),
        [said(finish="tool_calls", calls=[CITY, SECOND_CITY]), said("The tool said: rain | rain", "stop")],
    ),
    "image": (image, [said(IMAGE_TEXT, "stop")]),
    "structured": (structured, [said(CITY, "stop")]),
    "reasoning": (
        reasoning,
        lambda provider: [said(TEXT, "stop", thoughts=thoughts(provider))] * 2,
    ),
    "reasoning with tools": (
        reasoning_with_tools,
        lambda provider: [CALL | {"thoughts": thoughts(provider)}, RAIN],
    ),
    "length": (plain("length"), [said(CUT_TEXT, "length")]),
    # Cohere's is an error.
    "filter": (
        plain("filter"),
        lambda provider: None if provider == "cohere" else [said(CUT_TEXT, "content_filter")],
    ),
    # OpenAI's responses know no stop sequences: the gateway says so in a header.
    "stop": (
        plain("stop", stop=["jumps"]),
        lambda provider: [said(TEXT if provider == "openai-responses" else CUT_TEXT, "stop")],
    ),
    "usage": (usage, [100, 30, 130, 40]),
}


class Chat(Parity):
    talk, conversations = Talk, CONVERSATIONS
    own, vendor_family = "openai", "gpt-fake-"

    def test_refusals_are_the_vendors_own(self):
        for mode in Talk.modes:
            direct, through = Talk(vendor, "gpt-fake-", mode), Talk(gateway, "gpt-fake-", mode)
            for talk in (direct, through):
                self.assertEqual(understood(talk.ask("refusal"))["text"], REFUSED)
            self.assertEqual(through.log, direct.log)

    def test_embeddings_are_the_vendors_own(self):
        for options in ({}, {"dimensions": 4}, {"encoding_format": "float"}):
            direct, through = (
                openai.OpenAI(**side("/v1")).embeddings.create(model="embed-fake-text", input=["one", "two"], **options)
                for side in (vendor, gateway)
            )
            self.assertEqual(through.model_dump(), direct.model_dump())

    def test_models_are_listed(self):
        names = [model.id for model in openai.OpenAI(**gateway("/v1")).models.list()]
        for family in FAMILIES.values():
            self.assertIn(family + "text", names)


class Errors(Refusals):
    def asked(self, scenario, kind, **options):
        completions = openai.OpenAI(**gateway("/v1")).chat.completions
        ask = lambda model: consume(completions.create(model=model, messages=HELLO, **options))
        for error in self.every(scenario, kind, ask):
            self.assertTrue(error.body["message"])
            yield error

    def test_a_bad_request(self):
        for error in self.asked("error-400", openai.BadRequestError):
            self.assertEqual(error.type, "invalid_request_error")

    def test_a_rate_limit(self):
        for error in self.asked("error-429", openai.RateLimitError):
            self.assertGreater(float(error.response.headers["retry-after"]), 0)

    def test_the_credential_of_the_gateway_is_not_the_clients(self):
        for status in (401, 403):
            for error in self.asked(f"error-{status}", openai.InternalServerError):
                self.assertEqual(error.status_code, 502)

    def test_a_vendor_that_fails(self):
        for scenario in ("error-500", "error-503", "midstream-error", "malformed", "cut"):
            for error in self.asked(scenario, openai.InternalServerError):
                self.assertTrue(error.request_id)

    def test_a_stream_that_breaks(self):
        for scenario in ("midstream-error", "malformed", "cut"):
            for _ in self.asked(scenario, openai.APIError, stream=True):
                pass

    def test_an_unknown_key(self):
        client = openai.OpenAI(**gateway("/v1") | {"api_key": "sk-unknown"})
        ask = lambda: client.chat.completions.create(model="gpt-fake-text", messages=HELLO)
        self.refused(openai.AuthenticationError, ask)


def consume(answer):
    """All of a stream."""
    if isinstance(answer, openai.Stream):
        for _ in answer:
            pass


# A class of tests for those alone that inherit from it.
del Parity, Refusals
