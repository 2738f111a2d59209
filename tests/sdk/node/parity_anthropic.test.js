// Conversations with messages: Anthropic's own objects through the gateway, the same story from all others.

import assert from "node:assert/strict";
import { test } from "node:test";
import Anthropic from "@anthropic-ai/sdk";
import { zodOutputFormat } from "@anthropic-ai/sdk/helpers/zod";
import {
  CITY, CUT_TEXT, City, FAMILIES, HELLO, IMAGE, IMAGE_TEXT, SCHEMA, SECOND_CITY, TEXT, THOUGHTS, collect, gateway,
  parity, refused, said, vendor,
} from "./parity.js";

const TOOL = { name: "get_weather", description: "Weather", input_schema: SCHEMA };

// One way of asking: `create`, `create` with `stream`, `parse`, or the helper `stream`.
class Talk {
  static modes = ["create", "events", "parse", "stream"];

  constructor(side, family, mode) {
    this.client = new Anthropic(side());
    Object.assign(this, { family, mode, log: [] });
  }

  keep(answer) {
    this.log.push(structuredClone({ ...answer }));
    return answer;
  }

  async ask(scenario, more = {}) {
    const request = { model: this.family + scenario, max_tokens: 2048, messages: HELLO, ...more };
    const { messages } = this.client;
    if (this.mode === "events") {
      // What the pieces are is compared as it is; what they make is for the helper to find.
      for (const event of await collect(await messages.create({ ...request, stream: true }))) this.keep(event);
      return messages.create(request);
    }
    if (this.mode !== "stream") return this.keep(await messages[this.mode](request));
    const stream = messages.stream(request);
    stream.on("streamEvent", (event) => this.keep(event));
    return this.keep(await stream.finalMessage());
  }
}

function understood(answer) {
  const of = (kind) => answer.content.filter((block) => block.type === kind);
  assert.ok(of("tool_use").every((block) => block.id && block.name === "get_weather"));
  return said({
    text: of("text").map((block) => block.text).join(""),
    finish: answer.stop_reason,
    calls: of("tool_use").map((block) => block.input),
    thoughts: of("thinking").map((block) => block.thinking).join(""),
    parsed: answer.parsed_output ?? null,
  });
}

// What an application sends back of an answer: all of it, but for what the helpers added.
const turnOf = (answer) => ({
  role: "assistant",
  content: answer.content.map(({ parsed_output, parsed, ...block }) => block),
});

const plain = (scenario, more) => async (talk) => [understood(await talk.ask(scenario, more))];

const loop = (scenario, more = {}) => async (talk) => {
  const first = await talk.ask(scenario, { tools: [TOOL], ...more });
  const calls = first.content.filter((block) => block.type === "tool_use");
  assert.equal(new Set(calls.map((call) => call.id)).size, calls.length);
  const content = calls.map((call) => ({ type: "tool_result", tool_use_id: call.id, content: "rain" }));
  const messages = [...HELLO, turnOf(first), { role: "user", content }];
  return [understood(first), understood(await talk.ask(scenario, { messages, tools: [TOOL], ...more }))];
};

async function structured(talk) {
  const answer = understood(await talk.ask("structured", { output_config: { format: zodOutputFormat(City) } }));
  if (talk.mode === "parse" || talk.mode === "stream") assert.deepEqual(answer.parsed, CITY);
  return [{ ...answer, text: JSON.parse(answer.text), parsed: null }];
}

const THINK = { thinking: { type: "enabled", budget_tokens: 1024 } };

async function reasoning(talk) {
  const first = await talk.ask("reasoning", THINK);
  const then = await talk.ask("reasoning", { ...THINK, messages: [...HELLO, turnOf(first), ...HELLO] });
  return [understood(first), understood(then)];
}

async function usage(talk) {
  const { usage: counts } = await talk.ask("cached");
  const { cache_read_input_tokens: cached, cache_creation_input_tokens: written } = counts;
  return [counts.input_tokens + cached + (written ?? 0), cached, counts.output_tokens];
}

// OpenAI's chat completions show none.
const thoughts = (provider) => (provider === "openai" ? "" : THOUGHTS);
const source = { type: "base64", media_type: "image/gif", data: IMAGE };
const image = [{ type: "text", text: "What?" }, { type: "image", source }];
const ended = (text) => said({ text, finish: "end_turn" });
const called = (...calls) => said({ finish: "tool_use", calls });

parity({
  name: "messages",
  Talk,
  own: "anthropic",
  vendorFamily: "claude-fake-",
  conversations: {
    text: [plain("text", { system: "Be brief." }), [ended(TEXT)]],
    tools: [loop("tools"), [called(CITY), ended("The tool said: rain")]],
    "parallel tools": [loop("parallel"), [called(CITY, SECOND_CITY), ended("The tool said: rain | rain")]],
    image: [plain("image", { messages: [{ role: "user", content: image }] }), [ended(IMAGE_TEXT)]],
    structure: [structured, [ended(CITY)]],
    reasoning: [reasoning, (provider) => Array(2).fill({ ...ended(TEXT), thoughts: thoughts(provider) })],
    "reasoning with tools": [
      loop("reasoning", THINK),
      (provider) => [{ ...called(CITY), thoughts: thoughts(provider) }, ended("The tool said: rain")],
    ],
    length: [plain("length"), [said({ text: CUT_TEXT, finish: "max_tokens" })]],
    usage: [usage, [100, 40, 30]],
  },
});

const client = new Anthropic(gateway());

// Without a conversation that the vendor keeps: the SDK asks for one, and goes on when it is told that there is none.
test("tools are run by the SDK's own loop, whoever answers", async () => {
  for (const family of Object.values(FAMILIES)) {
    for (const stream of [false, true]) {
      const seen = [];
      const run = (input) => {
        seen.push(input);
        return "rain";
      };
      const tool = { ...TOOL, run, parse: (input) => input };
      const asked = { model: `${family}tools`, max_tokens: 99, messages: HELLO, tools: [tool], stream };
      const answer = await client.beta.messages.toolRunner(asked).runUntilDone();
      assert.equal(understood(answer).text, "The tool said: rain");
      assert.deepEqual(seen, [CITY]);
    }
  }
});

test("tokens are counted by the vendor or estimated, and models are listed", async () => {
  const asked = { model: "claude-fake-text", messages: HELLO, tools: [TOOL] };
  const [direct, through] = await Promise.all(
    [vendor, gateway].map((side) => new Anthropic(side()).messages.countTokens(asked)),
  );
  assert.deepEqual({ ...through }, { ...direct });
  const models = (await collect(client.models.list())).map((model) => model.id);
  for (const family of Object.values(FAMILIES)) {
    const counted = await client.messages.countTokens({ ...asked, model: `${family}text` });
    assert.ok(counted.input_tokens > 0);
    assert.ok(models.includes(`${family}text`));
  }
});

const ask = (more) => (model) => client.messages.create({ model, max_tokens: 99, messages: HELLO, ...more });

test("each refusal is the error of its class", async () => {
  const classes = {
    "error-400": [Anthropic.BadRequestError, "invalid_request_error"],
    "error-401": [Anthropic.InternalServerError, "api_error"],
    "error-403": [Anthropic.InternalServerError, "api_error"],
    "error-429": [Anthropic.RateLimitError, "rate_limit_error"],
    "error-500": [Anthropic.InternalServerError, "api_error"],
    "error-529": [Anthropic.OverloadedError, "overloaded_error"],
    "midstream-error": [Anthropic.InternalServerError, "api_error"],
    malformed: [Anthropic.InternalServerError, "api_error"],
    cut: [Anthropic.InternalServerError, "api_error"],
  };
  for (const [scenario, [kind, type]] of Object.entries(classes)) {
    for (const error of await refused(kind, scenario, ask())) {
      assert.equal(error.type, type);
      assert.ok(error.requestID);
      if (scenario === "error-429") assert.ok(Number(error.headers.get("retry-after")) > 0);
    }
  }
});

test("a stream that breaks is an error", async () => {
  const drained = async (model) => collect(await ask({ stream: true })(model));
  for (const scenario of ["midstream-error", "malformed", "cut"]) {
    for (const error of await refused(Anthropic.APIError, scenario, drained, { loosely: true })) {
      assert.ok(!(error instanceof Anthropic.APIConnectionError), `${scenario}: ${error.message}`);
    }
  }
});
