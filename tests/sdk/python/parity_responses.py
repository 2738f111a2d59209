"""Conversations with responses: OpenAI's own objects through the gateway, the same story from all others."""

import json

import openai

from parity import (
    CITY, CUT_TEXT, HELLO, IMAGE, IMAGE_TEXT, REFUSED, SCHEMA, SECOND_CITY, TEXT, THOUGHTS, City, Parity, Refusals,
    gateway, said, vendor,
)

TOOL = {"type": "function", "name": "get_weather", "description": "Weather", "parameters": SCHEMA, "strict": True}
FORMAT = {"format": {"type": "json_schema", "name": "City", "schema": SCHEMA, "strict": True}}
THINK = {
    "reasoning": {"effort": "low", "summary": "auto"}, "include": ["reasoning.encrypted_content"], "store": False,
}


class Talk:
    """One way of asking: `create`, `create(stream=True)`, `parse`, or the helper `stream`."""

    modes = ("create", "events", "parse", "stream")

    def __init__(self, side, family, mode):
        self.client = openai.OpenAI(**side("/v1"))
        self.family, self.mode, self.log = family, mode, []

    def ask(self, scenario, messages=HELLO, **options):
        request = {"model": self.family + scenario, "input": messages} | options
        return getattr(self, self.mode)(self.client.responses, request)

    def keep(self, answer):
        self.log.append(answer.model_dump(mode="json"))
        return answer

    def create(self, responses, request):
        return self.keep(responses.create(**with_schema(request)))

    def events(self, responses, request):
        """The pieces are what the last event holds."""
        text, arguments, last = "", "", None
        for event in responses.create(**with_schema(request), stream=True):
            assert last is None or event.sequence_number > last.sequence_number
            last = self.keep(event)
            text += event.delta if event.type == "response.output_text.delta" else ""
            arguments += event.delta if event.type == "response.function_call_arguments.delta" else ""
        assert last.type in ("response.completed", "response.incomplete"), last.type
        assert text == last.response.output_text
        assert arguments == "".join(item.arguments for item in last.response.output if item.type == "function_call")
        return last.response

    def parse(self, responses, request):
        return self.keep(responses.parse(**request))

    def stream(self, responses, request):
        with responses.stream(**request) as events:
            kinds = [self.keep(event).type for event in events]
            if kinds[-1] == "response.incomplete":
                # The helper has no final response of these.
                return self.create(responses, request)
            return self.keep(events.get_final_response())


def with_schema(request):
    """What the helpers make of a class."""
    plain = {key: value for key, value in request.items() if key != "text_format"}
    return plain | ({"text": FORMAT} if "text_format" in request else {})


def understood(answer):
    calls = [item for item in answer.output if item.type == "function_call"]
    assert all(call.call_id and call.name == "get_weather" for call in calls)
    for call in calls:
        if getattr(call, "parsed_arguments", None) is not None:
            assert call.parsed_arguments == json.loads(call.arguments)
    parsed = getattr(answer, "output_parsed", None)
    return said(
        text=answer.output_text,
        finish=answer.incomplete_details.reason if answer.status == "incomplete" else answer.status,
        calls=[json.loads(call.arguments) for call in calls],
        thoughts="".join(
            part.text for item in answer.output if item.type == "reasoning" for part in item.summary + (item.content or [])
        ),
        parsed=parsed.model_dump() if parsed else None,
    )


def turn(answer):
    """What an application sends back of an answer: all of it, but for what the helpers added."""
    items = [item.to_dict() for item in answer.output]
    for item in items:
        item.pop("parsed_arguments", None)
        for part in item.get("content") or []:
            part.pop("parsed", None)
    return items


def plain(scenario, **options):
    return lambda talk: [understood(talk.ask(scenario, **options))]


def results(answer):
    calls = [item for item in answer.output if item.type == "function_call"]
    assert len({call.call_id for call in calls}) == len(calls)
    return [{"type": "function_call_output", "call_id": call.call_id, "output": "rain"} for call in calls]


def loop(scenario, **options):
    def converse(talk):
        first = talk.ask(scenario, tools=[TOOL], **options)
        second = talk.ask(scenario, HELLO + turn(first) + results(first), tools=[TOOL], **options)
        return [understood(first), understood(second)]

    return converse


def image(talk):
    url = f"data:image/gif;base64,{IMAGE}"
    content = [{"type": "input_text", "text": "What?"}, {"type": "input_image", "image_url": url, "detail": "auto"}]
    return [understood(talk.ask("image", [{"role": "user", "content": content}]))]


def structured(talk):
    answer = understood(talk.ask("structured", text_format=City))
    if talk.mode in ("parse", "stream"):
        assert answer["parsed"] == CITY, answer
    return [answer | {"text": json.loads(answer["text"]), "parsed": None}]


def reasoning(talk):
    first = talk.ask("reasoning", **THINK)
    then = talk.ask("reasoning", HELLO + turn(first) + HELLO, **THINK)
    return [understood(first), understood(then)]


def thoughts(provider):
    """OpenAI's chat completions show none."""
    return "" if provider == "openai" else THOUGHTS


def usage(talk):
    counts = talk.ask("cached").usage
    return [counts.input_tokens, counts.output_tokens, counts.total_tokens, counts.input_tokens_details.cached_tokens]


RAIN = said("The tool said: rain", "completed")
CALL = said(finish="completed", calls=[CITY])
CONVERSATIONS = {
    "text": (plain("text"), [said(TEXT, "completed")]),
    "instructed": (
        plain("text", messages="Hello", instructions="Be brief.", temperature=0.5, max_output_tokens=99),
        [said(TEXT, "completed")],
    ),
    "tools": (loop("tools"), [CALL, RAIN]),
    "parallel": (
        loop("parallel"),
        [said(finish="completed", calls=[CITY, SECOND_CITY]), said("The tool said: rain | rain", "completed")],
    ),
    "image": (image, [said(IMAGE_TEXT, "completed")]),
    "structured": (structured, [said(CITY, "completed")]),
    "reasoning": (
        reasoning,
        lambda provider: [said(TEXT, "completed", thoughts=thoughts(provider))] * 2,
    ),
    "reasoning with tools": (
        loop("reasoning", **THINK),
        lambda provider: [CALL | {"thoughts": thoughts(provider)}, RAIN],
    ),
    "length": (plain("length"), [said(CUT_TEXT, "max_output_tokens")]),
    # Cohere's is an error.
    "filter": (
        plain("filter"),
        lambda provider: None if provider == "cohere" else [said(CUT_TEXT, "content_filter")],
    ),
    "usage": (usage, [100, 30, 130, 40]),
}


class Responses(Parity):
    talk, conversations = Talk, CONVERSATIONS
    own, vendor_family = "openai-responses", "gpt-fake-"
    # Its name at the gateway is another: that of the vendor is the model of chat completions.
    differing = {"model"}

    def test_refusals_are_the_vendors_own(self):
        for mode in Talk.modes:
            logs = []
            for side, family in ((vendor, "gpt-fake-"), (gateway, "gpt-responses-fake-")):
                talk = Talk(side, family, mode)
                self.assertEqual(talk.ask("refusal").output[0].content[0].refusal, REFUSED)
                logs.append(self.comparable(talk.log))
            self.assertEqual(*logs)


class Errors(Refusals):
    def asked(self, scenario, kind, **options):
        responses = openai.OpenAI(**gateway("/v1")).responses
        ask = lambda model: consume(responses.create(model=model, input="Hello", **options))
        for error in self.every(scenario, kind, ask):
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
        """The SDK hands over such an event as it hands over all others; or it raises, where the answer never began."""
        for scenario in ("midstream-error", "malformed", "cut"):
            for _ in self.asked(scenario, openai.APIError, stream=True):
                pass


def consume(answer):
    """All of a stream, to its error if it has one."""
    if isinstance(answer, openai.Stream):
        for event in answer:
            if event.type == "error":
                raise openai.APIError(event.message, request=answer.response.request, body=None)
            if event.type == "response.failed":
                raise openai.APIError(event.response.error.message, request=answer.response.request, body=None)


# A class of tests for those alone that inherit from it.
del Parity, Refusals
