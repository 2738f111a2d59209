// What the suites of parity share: where both sides are, what is asked, and how answers are compared.

import assert from "node:assert/strict";
import { test } from "node:test";
import { z } from "zod";

export const TEXT = "The quick brown fox jumps over 13 lazy dogs – naïve café ☕.";
export const CUT_TEXT = "The quick brown fox";
export const THOUGHTS = "First I think.";
export const CITY = { city: "Paris", days: 3 };
export const SECOND_CITY = { city: "Rome", days: 1 };
export const City = z.object({ city: z.string(), days: z.number().int() });
export const SCHEMA = {
  type: "object",
  properties: { city: { type: "string" }, days: { type: "integer" } },
  required: ["city", "days"],
  additionalProperties: false,
};
export const HELLO = [{ role: "user", content: "Hello" }];
// The smallest GIF that there is.
const GIF = "47494638396101000100800000000000ffffff2c00000000010001000002024401003b";
export const IMAGE = Buffer.from(GIF, "hex").toString("base64");
export const IMAGE_TEXT = `I see image/gif of ${GIF.length / 2} bytes.`;

// What each provider's models are called at the gateway: `anthropic` has `claude-fake-text`.
export const FAMILIES = Object.fromEntries(process.env.POSTERN_FAMILIES.split(",").map((pair) => pair.split("=")));

// The options of a client of the gateway, and of one of its vendor.
export const gateway = (path = "") => ({
  baseURL: process.env.POSTERN_ORIGIN + path,
  apiKey: process.env.POSTERN_KEY,
  maxRetries: 0,
});
export const vendor = (path = "") => ({
  baseURL: process.env.POSTERN_FAKE_URL + path,
  apiKey: process.env.POSTERN_FAKE_KEY,
  maxRetries: 0,
});

// An answer in no dialect; `calls` are the arguments of each.
export const said = (more) => ({ text: "", finish: null, calls: [], thoughts: "", parsed: null, ...more });

// A copy without functions and without the fields that are not the vendor's own, wherever they are.
const comparable = (logged, differing) =>
  JSON.parse(JSON.stringify(logged, (key, value) => (differing.includes(key) ? undefined : value)));

// Holds each conversation in each mode with the vendor and with the gateway, and compares all objects; then with the
// models of every vendor, and compares what was said with the story. A talk asks in its mode and keeps what it gets in `log`.
export function parity({ name, Talk, own, vendorFamily, conversations, differing = [] }) {
  for (const [title, [converse, story]] of Object.entries(conversations)) {
    for (const mode of Talk.modes) {
      test(`${name}, ${mode}: ${title} is the vendor's own`, async () => {
        const direct = new Talk(vendor, vendorFamily, mode);
        const through = new Talk(gateway, FAMILIES[own], mode);
        assert.deepEqual(await converse(through), await converse(direct));
        assert.ok(direct.log.length > 0);
        assert.deepEqual(comparable(through.log, differing), comparable(direct.log, differing));
      });
      for (const [provider, family] of Object.entries(FAMILIES)) {
        const expected = typeof story === "function" ? story(provider) : story;
        test(`${name}, ${mode}: ${title} by ${provider}`, { skip: expected === undefined }, async () => {
          assert.deepEqual(await converse(new Talk(gateway, family, mode)), expected);
        });
      }
    }
  }
}

// What every vendor's model that does this is refused with: an error of exactly this class, unless `loosely`.
export async function refused(kind, scenario, ask, { loosely = false } = {}) {
  const errors = [];
  for (const [provider, family] of Object.entries(FAMILIES)) {
    const error = await ask(family + scenario).then(
      () => assert.fail(`${provider}, ${scenario}: it was not refused`),
      (error) => error,
    );
    const right = loosely ? error instanceof kind : error.constructor === kind;
    assert.ok(right, `${provider}, ${scenario}: ${error.constructor.name}: ${error.message}`);
    assert.ok(error.message);
    errors.push(error);
  }
  return errors;
}

// All of a stream.
export async function collect(stream) {
  const all = [];
  for await (const one of stream) all.push(one);
  return all;
}
