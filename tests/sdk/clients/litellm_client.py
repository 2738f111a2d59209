"""LiteLLM's client: a tool conversation of three turns, streamed, at a model and then at another one."""

import json
import os

import litellm

WEATHER = {
    "type": "function",
    "function": {
        "name": "get_weather",
        "description": "The weather of a city.",
        "parameters": {
            "type": "object",
            "properties": {"city": {"type": "string"}, "days": {"type": "integer"}},
            "required": ["city", "days"],
        },
    },
}


def streamed(name, messages):
    chunks = litellm.completion(
        model="openai/" + name,
        api_base=os.environ["POSTERN_ORIGIN"] + "/v1",
        api_key=os.environ["POSTERN_KEY"],
        messages=messages,
        tools=[WEATHER],
        stream=True,
        stream_options={"include_usage": True},
        max_tokens=1_000,
        num_retries=0,
    )
    message = litellm.stream_chunk_builder(list(chunks), messages=messages).choices[0].message
    messages.append(message.model_dump(exclude_none=True))
    return message


first, second = os.environ["POSTERN_MODELS"].split(",")
messages = [{"role": "system", "content": "Be brief."}]
for name, text in [(first, "The weather in Paris?"), (second, "And again?"), (first, "And now?")]:
    messages.append({"role": "user", "content": text})
    answer = streamed(name, messages)
    while answer.tool_calls:
        for call in answer.tool_calls:
            city = json.loads(call.function.arguments)["city"]
            result = {"role": "tool", "tool_call_id": call.id, "content": f"11 degrees in {city}"}
            messages.append(result)
        answer = streamed(name, messages)
    print(f"{name}: {answer.content}")
