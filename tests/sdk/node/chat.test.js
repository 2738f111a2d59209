// Chat completions, embeddings and models, as an application uses the official SDK.

import assert from "node:assert/strict";
import { test } from "node:test";
import { zodResponseFormat } from "openai/helpers/zod";
import { z } from "zod";
import { client, marker, question } from "./gateway.js";

const weather = {
  type: "function",
  function: {
    name: "weather",
    description: "The weather of a city",
    strict: true,
    parameters: {
      type: "object",
      properties: { city: { type: "string" } },
      required: ["city"],
      additionalProperties: false,
    },
  },
};

async function collect(stream) {
  const chunks = [];
  for await (const chunk of stream) chunks.push(chunk);
  return chunks;
}

const textOf = (chunks) => chunks.map((chunk) => chunk.choices[0]?.delta?.content ?? "").join("");

test("answers whole", async () => {
  for (const model of ["plain-model", "sandbox"]) {
    const answer = await client().chat.completions.create(question(model));
    assert.equal(answer.choices[0].finish_reason, "stop");
    assert.ok(answer.choices[0].message.content);
    assert.equal(answer.usage.total_tokens, answer.usage.prompt_tokens + answer.usage.completion_tokens);
    assert.ok(answer._request_id);
  }
});

test("streams", async () => {
  const asked = marker();
  const chunks = await collect(await client().chat.completions.create({ ...question("plain-model", asked), stream: true }));
  assert.ok(textOf(chunks).endsWith(asked));
  assert.equal(chunks.at(-1).choices[0].finish_reason, "stop");
  assert.ok(chunks.every((chunk) => chunk.choices.length === 1 && !chunk.usage), "nobody asked for usage");
  const sandbox = await collect(await client().chat.completions.create({ ...question("sandbox"), stream: true }));
  assert.ok(textOf(sandbox));
});

test("streams usage when asked", async () => {
  for (const model of ["plain-model", "sandbox"]) {
    const body = { ...question(model), stream: true, stream_options: { include_usage: true } };
    const chunks = await collect(await client().chat.completions.create(body));
    assert.deepEqual(chunks.filter((chunk) => chunk.usage), [chunks.at(-1)]);
    assert.deepEqual(chunks.at(-1).choices, []);
  }
});

test("streams through the helper", async () => {
  const asked = marker();
  const stream = client().chat.completions.stream(question("plain-model", asked));
  let pieces = 0;
  stream.on("content", () => (pieces += 1));
  const answer = await stream.finalChatCompletion();
  assert.ok(pieces > 1);
  assert.ok(answer.choices[0].message.content.endsWith(asked));
});

test("calls tools and takes their results", async () => {
  for (const model of ["tools", "sandbox-tools"]) {
    const asked = question(model);
    const first = await client().chat.completions.create({ ...asked, tools: [weather] });
    assert.equal(first.choices[0].finish_reason, "tool_calls");
    const call = first.choices[0].message.tool_calls[0];
    assert.equal(call.function.name, "weather");
    assert.equal(typeof JSON.parse(call.function.arguments).city, "string");
    const result = { role: "tool", tool_call_id: call.id, content: "rain in Genova" };
    const messages = [...asked.messages, first.choices[0].message, result];
    const second = await client().chat.completions.create({ ...asked, messages, tools: [weather] });
    assert.equal(second.choices[0].finish_reason, "stop");
    if (model === "tools") assert.match(second.choices[0].message.content, /rain in Genova/);
  }
});

test("runs tools by itself", async () => {
  const seen = [];
  const run = (input) => {
    seen.push(input.city);
    return "rain in Genova";
  };
  const tool = { type: "function", function: { ...weather.function, function: run, parse: JSON.parse } };
  const runner = client().chat.completions.runTools({ ...question("tools"), tools: [tool] });
  assert.match(await runner.finalContent(), /rain in Genova/);
  assert.deepEqual(seen, ["Genova"]);
});

test("parses structured answers", async () => {
  const watch = z.object({ ships: z.array(z.string()), calm: z.boolean(), count: z.number().int() });
  const answer = await client().chat.completions.parse({
    ...question("sandbox"),
    response_format: zodResponseFormat(watch, "watch"),
  });
  assert.ok(watch.safeParse(answer.choices[0].message.parsed).success);
});

test("embeddings come as base64 by default and as numbers on request", async () => {
  const body = { model: "sandbox-embedding", input: ["one", "two"] };
  const packed = await client().embeddings.create(body);
  const plain = await client().embeddings.create({ ...body, encoding_format: "float" });
  assert.equal(packed.data.length, 2);
  packed.data.forEach((item, index) => {
    const other = plain.data[index].embedding;
    assert.equal(item.embedding.length, other.length);
    assert.ok(item.embedding.every((number, at) => Math.abs(number - other[at]) < 1e-5));
  });
});

test("models are listed and retrieved, to each caller its own", async () => {
  const ids = (await collect(await client().models.list())).map((model) => model.id);
  assert.ok(ids.includes("plain-model") && ids.includes("first-fails"));
  assert.equal((await client().models.retrieve("org/plain:latest")).id, "org/plain:latest");
  const restricted = client({ apiKey: process.env.POSTERN_RESTRICTED_KEY });
  const own = (await collect(await restricted.models.list())).map((model) => model.id);
  assert.ok(own.includes("plain-model") && !own.includes("secret-model"));
});
