// What the gateway writes into a stream that waits (early_head_after_ms, silences): official SDKs must skip it.

import assert from "node:assert/strict";
import http from "node:http";
import { after, before, test } from "node:test";
import Anthropic from "@anthropic-ai/sdk";
import OpenAI from "openai";

const COMMENTS = ": waiting\n: waiting\n";
const PINGS = 'event: ping\ndata: {"type":"ping"}\n\n'.repeat(2);
const SILENCE = ": \n";

const chunk = (delta, finish_reason = null) => {
  const choices = [{ index: 0, delta, finish_reason }];
  const value = { id: 'c', object: 'chat.completion.chunk', created: 1, model: 'm', choices };
  return `data: ${JSON.stringify(value)}\n\n`;
};
const event = (value) => `event: ${value.type}\ndata: ${JSON.stringify(value)}\n\n`;
const delta = (text) => event({ type: 'response.output_text.delta', delta: text, sequence_number: 0 });
const text = (text) =>
  event({ type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text } });
const usage = { input_tokens: 1, output_tokens: 1 };
const message = {
  id: 'm', type: 'message', role: 'assistant', model: 'm', content: [],
  stop_reason: null, stop_sequence: null, usage,
};

const STREAMS = {
  '/v1/chat/completions': [
    COMMENTS, chunk({ role: 'assistant', content: 'Good ' }), SILENCE, chunk({ content: 'day' }, 'stop'),
    'data: [DONE]\n\n',
  ],
  '/v1/responses': [COMMENTS, delta('Good '), SILENCE, delta('day')],
  '/v1/messages': [
    PINGS, event({ type: 'message_start', message }),
    event({ type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } }),
    text('Good '), SILENCE, text('day'), event({ type: 'content_block_stop', index: 0 }),
    event({ type: 'message_delta', delta: { stop_reason: 'end_turn', stop_sequence: null }, usage }),
    event({ type: 'message_stop' }),
  ],
};

const server = http.createServer((request, response) => {
  request.resume().on('end', () => {
    response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8' });
    for (const part of STREAMS[request.url]) response.write(part);
    response.end();
  });
});
let origin;
before(async () => {
  await new Promise((ready) => server.listen(0, '127.0.0.1', ready));
  origin = `http://127.0.0.1:${server.address().port}`;
});
after(() => server.close());

const messages = [{ role: 'user', content: '?' }];

test('chat completions', async () => {
  const client = new OpenAI({ baseURL: `${origin}/v1`, apiKey: 'key', maxRetries: 0 });
  let said = "";
  const stream = await client.chat.completions.create({ model: 'm', messages, stream: true });
  for await (const chunk of stream) said += chunk.choices[0].delta.content ?? "";
  assert.equal(said, 'Good day');
});

test('responses', async () => {
  const client = new OpenAI({ baseURL: `${origin}/v1`, apiKey: 'key', maxRetries: 0 });
  let said = "";
  const stream = await client.responses.create({ model: 'm', input: '?', stream: true });
  for await (const event of stream) said += event.delta;
  assert.equal(said, 'Good day');
});

test('messages', async () => {
  const client = new Anthropic({ baseURL: origin, apiKey: 'key', maxRetries: 0 });
  const asked = { model: 'm', max_tokens: 9, messages };
  const answer = await client.messages.stream(asked).finalMessage();
  assert.equal(answer.content[0].text, 'Good day');
});
