"""OpenAI's Agents SDK: a tool conversation of three turns, streamed, at a model and then at another one."""

import asyncio
import os

from agents import Agent, ModelSettings, OpenAIResponsesModel, Runner, function_tool, set_tracing_disabled
from openai import AsyncOpenAI

set_tracing_disabled(True)
client = AsyncOpenAI(
    base_url=os.environ["POSTERN_ORIGIN"] + "/v1", api_key=os.environ["POSTERN_KEY"], max_retries=0
)


@function_tool
def get_weather(city: str, days: int) -> str:
    """The weather of a city."""
    return f"11 degrees in {city}"


def agent(name):
    return Agent(
        name="Weather",
        instructions="Be brief.",
        tools=[get_weather],
        model=OpenAIResponsesModel(model=name, openai_client=client),
        model_settings=ModelSettings(store=False),
    )


async def main():
    first, second = os.environ["POSTERN_MODELS"].split(",")
    items = []
    for name, text in [(first, "The weather in Paris?"), (second, "And again?"), (first, "And now?")]:
        run = Runner.run_streamed(agent(name), items + [{"role": "user", "content": text}], max_turns=4)
        async for _ in run.stream_events():
            pass
        items = run.to_input_list()
        print(f"{name}: {run.final_output}")


asyncio.run(main())
