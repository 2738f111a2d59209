"""LangChain: a tool conversation of three turns, streamed, at a model and then at another one."""

import os

from langchain_core.messages import HumanMessage, SystemMessage, ToolMessage
from langchain_core.tools import tool
from langchain_openai import ChatOpenAI


@tool
def get_weather(city: str, days: int) -> str:
    """The weather of a city."""
    return f"11 degrees in {city}"


def model(name):
    base_url = os.environ["POSTERN_ORIGIN"] + "/v1"
    chat = ChatOpenAI(model=name, base_url=base_url, api_key=os.environ["POSTERN_KEY"], max_retries=0)
    return chat.bind_tools([get_weather])


def streamed(chat, messages):
    whole = None
    for chunk in chat.stream(messages):
        whole = chunk if whole is None else whole + chunk
    messages.append(whole)
    return whole


first, second = os.environ["POSTERN_MODELS"].split(",")
messages = [SystemMessage("Be brief.")]
for name, text in [(first, "The weather in Paris?"), (second, "And again?"), (first, "And now?")]:
    messages.append(HumanMessage(text))
    answer = streamed(model(name), messages)
    while answer.tool_calls:
        for call in answer.tool_calls:
            messages.append(ToolMessage(get_weather.invoke(call["args"]), tool_call_id=call["id"]))
        answer = streamed(model(name), messages)
    print(f"{name}: {answer.text}")
