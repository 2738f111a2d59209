"""Chat completions, embeddings and models, as an application uses the official SDK."""

import unittest

from pydantic import BaseModel

from gateway import client, marker, question

WEATHER = {
    "type": "function",
    "function": {
        "name": "weather",
        "description": "The weather of a city",
        "parameters": {
            "type": "object",
            "properties": {"city": {"type": "string"}},
            "required": ["city"],
            "additionalProperties": False,
        },
        "strict": True,
    },
}


class Watch(BaseModel):
    ships: list[str]
    calm: bool
    count: int


class Chat(unittest.TestCase):
    def test_answers_whole(self):
        for model in ("plain-model", "sandbox"):
            answer = client().chat.completions.create(**question(model))
            self.assertEqual(answer.choices[0].finish_reason, "stop")
            self.assertTrue(answer.choices[0].message.content)
            usage = answer.usage
            self.assertEqual(usage.total_tokens, usage.prompt_tokens + usage.completion_tokens)

    def test_the_answer_is_the_vendors(self):
        asked = marker()
        answer = client().chat.completions.create(**question("plain-model", asked))
        self.assertTrue(answer.choices[0].message.content.endswith(asked))

    def test_streams(self):
        for model in ("plain-model", "sandbox"):
            asked = marker()
            chunks = list(client().chat.completions.create(**question(model, asked), stream=True))
            text = "".join(chunk.choices[0].delta.content or "" for chunk in chunks)
            self.assertTrue(text)
            self.assertGreater(len(chunks), 2)
            self.assertEqual(chunks[-1].choices[0].finish_reason, "stop")
            # Nobody asked for usage.
            self.assertTrue(all(chunk.usage is None and chunk.choices for chunk in chunks))
            if model == "plain-model":
                self.assertTrue(text.endswith(asked))

    def test_streams_usage_when_asked(self):
        for model in ("plain-model", "sandbox"):
            options = {"include_usage": True}
            chunks = list(
                client().chat.completions.create(**question(model), stream=True, stream_options=options)
            )
            self.assertEqual([chunk for chunk in chunks if chunk.usage], [chunks[-1]])
            self.assertEqual(chunks[-1].choices, [])
            self.assertGreater(chunks[-1].usage.completion_tokens, 0)

    def test_streams_through_the_helper(self):
        asked = marker()
        with client().chat.completions.stream(**question("plain-model", asked)) as stream:
            kinds = [event.type for event in stream]
            answer = stream.get_final_completion()
        self.assertIn("content.delta", kinds)
        self.assertIn("content.done", kinds)
        self.assertTrue(answer.choices[0].message.content.endswith(asked))

    def test_calls_tools_and_takes_their_results(self):
        for model in ("tools", "sandbox-tools"):
            asked = question(model)
            first = client().chat.completions.create(**asked, tools=[WEATHER])
            self.assertEqual(first.choices[0].finish_reason, "tool_calls")
            call = first.choices[0].message.tool_calls[0]
            self.assertEqual(call.function.name, "weather")
            asked["messages"] += [
                first.choices[0].message.model_dump(exclude_none=True),
                {"role": "tool", "tool_call_id": call.id, "content": "rain in Genova"},
            ]
            second = client().chat.completions.create(**asked, tools=[WEATHER])
            self.assertEqual(second.choices[0].finish_reason, "stop")
            self.assertTrue(second.choices[0].message.content)
            if model == "tools":
                self.assertIn("rain in Genova", second.choices[0].message.content)

    def test_streams_tool_calls(self):
        with client().chat.completions.stream(**question("sandbox-tools"), tools=[WEATHER]) as stream:
            answer = stream.get_final_completion()
        call = answer.choices[0].message.tool_calls[0]
        self.assertEqual(call.function.name, "weather")
        self.assertIsInstance(call.function.parsed_arguments["city"], str)

    def test_parses_structured_answers(self):
        answer = client().chat.completions.parse(**question("sandbox"), response_format=Watch)
        self.assertIsInstance(answer.choices[0].message.parsed, Watch)

    def test_several_at_once(self):
        from concurrent.futures import ThreadPoolExecutor

        shared = client()

        def ask(asked):
            chunks = shared.chat.completions.create(**question("plain-model", asked), stream=True)
            return "".join(chunk.choices[0].delta.content or "" for chunk in chunks)

        all_asked = [marker() for _ in range(20)]
        with ThreadPoolExecutor(10) as pool:
            for asked, text in zip(all_asked, pool.map(ask, all_asked)):
                self.assertTrue(text.endswith(asked))


class Embeddings(unittest.TestCase):
    def test_come_as_base64_by_default_and_as_numbers_on_request(self):
        texts = ["one", "two"]
        packed = client().embeddings.create(model="sandbox-embedding", input=texts)
        plain = client().embeddings.create(
            model="sandbox-embedding", input=texts, encoding_format="float"
        )
        self.assertEqual([item.index for item in packed.data], [0, 1])
        for one, other in zip(packed.data, plain.data):
            self.assertEqual(len(one.embedding), len(other.embedding))
            for a, b in zip(one.embedding, other.embedding):
                self.assertAlmostEqual(a, b, places=5)
        self.assertGreater(packed.usage.prompt_tokens, 0)


class Models(unittest.TestCase):
    def test_are_listed_and_retrieved(self):
        ids = [model.id for model in client().models.list()]
        self.assertIn("plain-model", ids)
        self.assertIn("first-fails", ids)
        self.assertEqual(client().models.retrieve("org/plain:latest").id, "org/plain:latest")

    def test_are_a_callers_own(self):
        ids = [model.id for model in client(restricted=True).models.list()]
        self.assertIn("plain-model", ids)
        self.assertNotIn("secret-model", ids)


if __name__ == "__main__":
    unittest.main()
