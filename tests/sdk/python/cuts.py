"""Answers that a guardrail ends, each as the SDK of its dialect reads it: whole, as events, and put together by the SDK's helpers."""

import json
import pathlib
import sys

import anthropic
import httpx
import httpx2
import openai
from pydantic import BaseModel

HELLO = [{"role": "user", "content": "Hello"}]


class Tool(BaseModel):
    """Something to be called: with it, the helper of chats reads why an answer ended."""


def client(case, sdk, http):
    """A client that is answered with the case's body."""
    headers = {"content-type": "text/event-stream" if case["stream"] else "application/json"}
    transport = http.MockTransport(lambda _: http.Response(200, headers=headers, content=case["body"].encode()))
    return sdk(api_key="none", http_client=http.Client(transport=transport), max_retries=0)


def explains(answer):
    assert answer.guardrail["rule"] == "no-secrets" and answer.guardrail["detector"] == "credential"
    assert answer.guardrail["message"]


def chat(case):
    completions = client(case, openai.OpenAI, httpx).chat.completions
    request = {"model": "m", "messages": HELLO}
    if case["stream"]:
        chunks = list(completions.create(stream=True, **request))
        explains(next(chunk for chunk in chunks if hasattr(chunk, "guardrail")))
        assert chunks[-1].usage.completion_tokens >= 0
        with completions.stream(**request) as events:
            list(events)
            answer = events.current_completion_snapshot
        try:
            with completions.stream(tools=[openai.pydantic_function_tool(Tool)], **request) as events:
                list(events)
            raise AssertionError("the answer is not filtered")
        except openai.ContentFilterFinishReasonError:
            pass
    else:
        answer = completions.create(**request)
        explains(answer)
    assert {choice.finish_reason for choice in answer.choices} == {"content_filter"}
    return answer.choices[0].message.content or ""


def completions(case):
    api = client(case, openai.OpenAI, httpx).completions
    request = {"model": "m", "prompt": "Hello"}
    chunks = list(api.create(stream=True, **request)) if case["stream"] else [api.create(**request)]
    explains(next(chunk for chunk in chunks if hasattr(chunk, "guardrail")))
    choices = [choice for chunk in chunks for choice in chunk.choices]
    assert [choice.finish_reason for choice in choices if choice.finish_reason] == ["content_filter"]
    return "".join(choice.text for choice in choices)


def responses(case):
    api = client(case, openai.OpenAI, httpx).responses
    request = {"model": "m", "input": "Hello"}
    if case["stream"]:
        with api.stream(**request) as stream:
            events = list(stream)
        assert events[-1].type == "response.incomplete"
        explains(events[-1])
        answer = events[-1].response
        assert answer == list(api.create(stream=True, **request))[-1].response
    else:
        answer = api.create(**request)
        explains(answer)
    assert (answer.status, answer.incomplete_details.reason) == ("incomplete", "content_filter")
    return answer.output_text


def messages(case):
    api = client(case, anthropic.Anthropic, httpx2).messages
    request = {"model": "m", "max_tokens": 9, "messages": HELLO}
    if case["stream"]:
        with api.stream(**request) as stream:
            (delta,) = [event for event in stream if event.type == "message_delta"]
            answer = stream.get_final_message()
        explains(delta)
    else:
        answer = api.create(**request)
        explains(answer)
    assert (answer.stop_reason, answer.stop_details.type) == ("refusal", "refusal")
    assert answer.stop_details.explanation
    return "".join(block.text for block in answer.content if block.type == "text")


def main(folder):
    count = 0
    for path in sorted(pathlib.Path(folder).glob("*.json")):
        case = json.loads(path.read_text())
        try:
            said = {"chat": chat, "completions": completions, "responses": responses, "messages": messages}[case["client"]](case)
            assert said == case["text"], f"{said!r} and not {case['text']!r}"
        except Exception as error:
            raise AssertionError(f"{case['client']}, {case['case']}, stream: {case['stream']}\n{case['body']}") from error
        count += 1
    print(f"{count} answers")


main(sys.argv[1])
