// Each refusal is the error that an application of the official SDK expects.

import assert from "node:assert/strict";
import { test } from "node:test";
import OpenAI from "openai";
import { client, question } from "./gateway.js";

async function refused(kind, work) {
  const error = await work().then(
    () => assert.fail("it was not refused"),
    (error) => error,
  );
  assert.ok(error instanceof kind, `${error.constructor.name}: ${error.message}`);
  return error;
}

const ask = (model, more = {}) => () => client().chat.completions.create({ ...question(model), ...more });

test("an unknown key", async () => {
  const error = await refused(OpenAI.AuthenticationError, () => client({ apiKey: "sk-unknown" }).models.list());
  assert.equal(error.code, "invalid_api_key");
});

test("an unknown model", async () => {
  const error = await refused(OpenAI.NotFoundError, ask("no-such-model"));
  assert.deepEqual([error.code, error.param], ["model_not_found", "model"]);
});

test("a request that is wrong", async () => {
  const error = await refused(OpenAI.BadRequestError, ask("plain-model", { max_tokens: "many" }));
  assert.deepEqual([error.param, error.type], ["max_tokens", "invalid_request_error"]);
});

test("a request that the vendor refuses", async () => {
  const error = await refused(OpenAI.BadRequestError, ask("error-400"));
  assert.equal(error.code, "context_length_exceeded");
});

test("a rate limit", async () => {
  const error = await refused(OpenAI.RateLimitError, ask("rate-limited"));
  assert.equal(error.headers.get("retry-after"), "7");
});

test("a vendor that fails", async () => {
  for (const model of ["error-500", "error-401", "html", "cut", "hang-up", "silent"]) {
    const error = await refused(OpenAI.InternalServerError, ask(model));
    assert.ok([502, 504].includes(error.status));
    assert.ok(error.requestID);
  }
});

test("a client that waits no longer", async () => {
  const impatient = client({ timeout: 500 });
  const work = () => impatient.chat.completions.create(question("silent-for-long"));
  await refused(OpenAI.APIConnectionTimeoutError, work);
});

test("a stream that breaks", async () => {
  for (const model of ["cut", "malformed", "error-midstream", "silent-midstream", "no-done"]) {
    let received = 0;
    await refused(OpenAI.APIError, async () => {
      const stream = await client().chat.completions.create({ ...question(model), stream: true });
      for await (const _ of stream) received += 1;
    });
    assert.ok(received > 0, model);
  }
});

test("a stream that the client leaves", async () => {
  const stream = await client().chat.completions.create({ ...question("silent-midstream-for-long"), stream: true });
  for await (const _ of stream) break;
  assert.ok(stream.controller.signal.aborted);
});
