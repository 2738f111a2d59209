// Conversations with chat completions and responses: OpenAI's own objects through the gateway, the same story from all
// others.

import assert from "node:assert/strict";
import { test } from "node:test";
import OpenAI from "openai";
import { zodResponseFormat, zodTextFormat } from "openai/helpers/zod";
import {
  CITY, CUT_TEXT, City, HELLO, IMAGE, IMAGE_TEXT, SCHEMA, SECOND_CITY, TEXT, THOUGHTS, collect, gateway, parity, refused,
  said, vendor,
} from "./parity.js";

const FUNCTION = { name: "get_weather", description: "Weather", parameters: SCHEMA, strict: true };
const URL = `data:image/gif;base64,${IMAGE}`;

// One way of asking: `create`, `parse`, or the helper `stream`.
class Talk {
  static modes = ["create", "parse", "stream"];

  constructor(side, family, mode) {
    this.client = new OpenAI(side("/v1"));
    Object.assign(this, { family, mode, log: [] });
  }

  keep(answer) {
    this.log.push(answer);
    return answer;
  }
}

class ChatTalk extends Talk {
  async ask(scenario, more = {}) {
    const request = { model: this.family + scenario, messages: HELLO, ...more };
    const completions = this.client.chat.completions;
    if (this.mode !== "stream") return this.keep(await completions[this.mode](request));
    const stream = completions.stream({ ...request, stream_options: { include_usage: true } });
    let thoughts = "";
    stream.on("chunk", (chunk) => {
      thoughts += this.keep(structuredClone(chunk)).choices[0]?.delta.reasoning_content ?? "";
    });
    const answer = this.keep(await stream.finalChatCompletion());
    // Of fields that it does not know, the SDK has the last piece alone: an application puts them together.
    if (thoughts) answer.choices[0].message.reasoning_content = thoughts;
    return answer;
  }

  understood(answer) {
    const [{ message, finish_reason: finish }] = answer.choices;
    const calls = message.tool_calls ?? [];
    assert.ok(calls.every((call) => call.id && call.type === "function" && call.function.name === "get_weather"));
    return said({
      text: message.content ?? "",
      finish,
      calls: calls.map((call) => JSON.parse(call.function.arguments)),
      thoughts: message.reasoning_content ?? "",
      parsed: message.parsed ?? null,
    });
  }
}

// What an application sends back of a message: all of it, but for what the helpers added.
function turnOf({ parsed, ...message }) {
  const calls = message.tool_calls?.map(({ function: { parsed_arguments, ...rest }, ...call }) => ({
    id: call.id,
    type: call.type,
    function: rest,
  }));
  return calls?.length ? { ...message, tool_calls: calls } : { ...message, tool_calls: undefined };
}

const chat = (scenario, more) => async (talk) => [talk.understood(await talk.ask(scenario, more))];

const chatLoop = (scenario, more = {}) => async (talk) => {
  const tools = [{ type: "function", function: FUNCTION }];
  const first = await talk.ask(scenario, { tools, ...more });
  const { message } = first.choices[0];
  assert.equal(new Set(message.tool_calls.map((call) => call.id)).size, message.tool_calls.length);
  const results = message.tool_calls.map((call) => ({ role: "tool", tool_call_id: call.id, content: "rain" }));
  const messages = [...HELLO, turnOf(message), ...results];
  return [talk.understood(first), talk.understood(await talk.ask(scenario, { messages, tools, ...more }))];
};

async function chatStructured(talk) {
  const answer = talk.understood(await talk.ask("structured", { response_format: zodResponseFormat(City, "city") }));
  if (talk.mode !== "create") assert.deepEqual(answer.parsed, CITY);
  return [{ ...answer, text: JSON.parse(answer.text), parsed: null }];
}

async function chatReasoning(talk) {
  const first = await talk.ask("reasoning", { reasoning_effort: "low" });
  const messages = [...HELLO, turnOf(first.choices[0].message), ...HELLO];
  const then = await talk.ask("reasoning", { messages, reasoning_effort: "low" });
  return [talk.understood(first), talk.understood(then)];
}

async function chatUsage(talk) {
  const { usage } = await talk.ask("cached");
  return [usage.prompt_tokens, usage.completion_tokens, usage.total_tokens, usage.prompt_tokens_details.cached_tokens];
}

// OpenAI's chat completions show none, and from its responses none are asked for.
const chatThoughts = (provider) => (provider.startsWith("openai") ? "" : THOUGHTS);
const chatImage = [{ type: "text", text: "What?" }, { type: "image_url", image_url: { url: URL } }];
const stopped = (text) => said({ text, finish: "stop" });
const called = (...calls) => said({ finish: "tool_calls", calls });

parity({
  name: "chat",
  Talk: ChatTalk,
  own: "openai",
  vendorFamily: "gpt-fake-",
  conversations: {
    text: [chat("text"), [stopped(TEXT)]],
    tools: [chatLoop("tools"), [called(CITY), stopped("The tool said: rain")]],
    "parallel tools": [chatLoop("parallel"), [called(CITY, SECOND_CITY), stopped("The tool said: rain | rain")]],
    image: [chat("image", { messages: [{ role: "user", content: chatImage }] }), [stopped(IMAGE_TEXT)]],
    structure: [chatStructured, [stopped(CITY)]],
    reasoning: [
      chatReasoning,
      (provider) => Array(2).fill({ ...stopped(TEXT), thoughts: chatThoughts(provider) }),
    ],
    "reasoning with tools": [
      chatLoop("reasoning", { reasoning_effort: "low" }),
      (provider) => [{ ...called(CITY), thoughts: chatThoughts(provider) }, stopped("The tool said: rain")],
    ],
    usage: [chatUsage, [100, 30, 130, 40]],
  },
});

class ResponsesTalk extends Talk {
  async ask(scenario, more = {}) {
    const request = { model: this.family + scenario, input: HELLO, ...more };
    const { responses } = this.client;
    if (this.mode !== "stream") return this.keep(await responses[this.mode](request));
    const stream = responses.stream(request);
    for await (const event of stream) this.keep(event);
    return this.keep(await stream.finalResponse());
  }

  understood(answer) {
    const of = (kind) => answer.output.filter((item) => item.type === kind);
    assert.ok(of("function_call").every((call) => call.call_id && call.name === "get_weather"));
    return said({
      text: answer.output_text,
      finish: answer.incomplete_details?.reason ?? answer.status,
      calls: of("function_call").map((call) => JSON.parse(call.arguments)),
      thoughts: of("reasoning")
        .flatMap((item) => [...item.summary, ...(item.content ?? [])])
        .map((part) => part.text)
        .join(""),
      parsed: answer.output_parsed ?? null,
    });
  }
}

// What an application sends back of a response: its items, but for what the helpers added.
const itemsOf = (answer) =>
  answer.output.map(({ parsed_arguments, ...item }) =>
    item.content ? { ...item, content: item.content.map(({ parsed, ...part }) => part) } : item,
  );

const respond = (scenario, more) => async (talk) => [talk.understood(await talk.ask(scenario, more))];

const respondLoop = (scenario, more = {}) => async (talk) => {
  const tools = [{ type: "function", ...FUNCTION }];
  const first = await talk.ask(scenario, { tools, ...more });
  const calls = first.output.filter((item) => item.type === "function_call");
  assert.equal(new Set(calls.map((call) => call.call_id)).size, calls.length);
  const results = calls.map((call) => ({ type: "function_call_output", call_id: call.call_id, output: "rain" }));
  const input = [...HELLO, ...itemsOf(first), ...results];
  return [talk.understood(first), talk.understood(await talk.ask(scenario, { input, tools, ...more }))];
};

async function respondStructured(talk) {
  const answer = talk.understood(await talk.ask("structured", { text: { format: zodTextFormat(City, "city") } }));
  if (talk.mode !== "create") assert.deepEqual(answer.parsed, CITY);
  return [{ ...answer, text: JSON.parse(answer.text), parsed: null }];
}

const THINK = { reasoning: { effort: "low", summary: "auto" }, include: ["reasoning.encrypted_content"], store: false };

async function respondReasoning(talk) {
  const first = await talk.ask("reasoning", THINK);
  const then = await talk.ask("reasoning", { ...THINK, input: [...HELLO, ...itemsOf(first), ...HELLO] });
  return [talk.understood(first), talk.understood(then)];
}

async function respondUsage(talk) {
  const { usage } = await talk.ask("cached");
  return [usage.input_tokens, usage.output_tokens, usage.total_tokens, usage.input_tokens_details.cached_tokens];
}

// OpenAI's chat completions show none.
const thoughts = (provider) => (provider === "openai" ? "" : THOUGHTS);
const responseImage = [{ type: "input_text", text: "What?" }, { type: "input_image", image_url: URL, detail: "auto" }];
const completed = (text) => said({ text, finish: "completed" });
const responded = (...calls) => said({ finish: "completed", calls });

parity({
  name: "responses",
  Talk: ResponsesTalk,
  own: "openai-responses",
  vendorFamily: "gpt-fake-",
  // Its name at the gateway is another: that of the vendor is the model of chat completions.
  differing: ["model"],
  conversations: {
    text: [respond("text"), [completed(TEXT)]],
    tools: [respondLoop("tools"), [responded(CITY), completed("The tool said: rain")]],
    "parallel tools": [respondLoop("parallel"), [responded(CITY, SECOND_CITY), completed("The tool said: rain | rain")]],
    image: [respond("image", { input: [{ role: "user", content: responseImage }] }), [completed(IMAGE_TEXT)]],
    structure: [respondStructured, [completed(CITY)]],
    reasoning: [respondReasoning, (provider) => Array(2).fill({ ...completed(TEXT), thoughts: thoughts(provider) })],
    "reasoning with tools": [
      respondLoop("reasoning", THINK),
      (provider) => [{ ...responded(CITY), thoughts: thoughts(provider) }, completed("The tool said: rain")],
    ],
    usage: [respondUsage, [100, 30, 130, 40]],
  },
});

test("what was cut says so", async () => {
  const { chat, responses } = new OpenAI(gateway("/v1"));
  const [choice] = (await chat.completions.create({ model: "claude-fake-length", messages: HELLO })).choices;
  assert.deepEqual([choice.message.content, choice.finish_reason], [CUT_TEXT, "length"]);
  const cut = await responses.create({ model: "claude-fake-length", input: "Hello" });
  assert.deepEqual([cut.output_text, cut.status, cut.incomplete_details.reason], [CUT_TEXT, "incomplete", "max_output_tokens"]);
});

test("embeddings are the vendor's own", async () => {
  for (const more of [{}, { dimensions: 4 }, { encoding_format: "float" }]) {
    const asked = { model: "embed-fake-text", input: ["one", "two"], ...more };
    const [direct, through] = await Promise.all(
      [vendor, gateway].map((side) => new OpenAI(side("/v1")).embeddings.create(asked)),
    );
    assert.deepEqual({ ...through }, { ...direct });
  }
});

const client = new OpenAI(gateway("/v1"));
const apis = {
  chat: (more) => (model) => client.chat.completions.create({ model, messages: HELLO, ...more }),
  responses: (more) => (model) => client.responses.create({ model, input: "Hello", ...more }),
};

for (const [name, ask] of Object.entries(apis)) {
  test(`${name}: each refusal is the error of its class`, async () => {
    for (const error of await refused(OpenAI.BadRequestError, "error-400", ask())) {
      assert.equal(error.type, "invalid_request_error");
    }
    for (const error of await refused(OpenAI.RateLimitError, "error-429", ask())) {
      assert.ok(Number(error.headers.get("retry-after")) > 0);
    }
    for (const scenario of ["error-401", "error-403", "error-500", "error-503", "midstream-error", "malformed", "cut"]) {
      for (const error of await refused(OpenAI.InternalServerError, scenario, ask())) assert.ok(error.requestID);
    }
  });

  test(`${name}: a stream that breaks is an error`, async () => {
    const drained = async (model) => {
      for (const event of await collect(await ask({ stream: true })(model))) {
        // The SDK hands these over as it hands over all others.
        const failed = event.type === "error" ? event : event.type === "response.failed" && event.response.error;
        if (failed) throw new OpenAI.APIError(undefined, failed, failed.message, undefined);
      }
    };
    for (const scenario of ["midstream-error", "malformed", "cut"]) {
      await refused(OpenAI.APIError, scenario, drained, { loosely: true });
    }
  });
}
