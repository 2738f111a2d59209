// The gateway under test, from the environment that the test runner sets.

import OpenAI from "openai";

let count = 0;

// A client of the consumer `tester`; it retries nothing, so that each fault is seen.
export function client(options = {}) {
  return new OpenAI({
    baseURL: process.env.POSTERN_BASE_URL,
    apiKey: process.env.POSTERN_KEY,
    maxRetries: 0,
    timeout: 60_000,
    ...options,
  });
}

// A text that no other request has; the vendor's answer ends with it.
export function marker() {
  count += 1;
  return `node-${process.pid}-${count}.`;
}

export function question(model, asked = marker()) {
  return { model, messages: [{ role: "user", content: `How many ships passed? ${asked}` }], user: asked };
}
