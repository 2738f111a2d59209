// The Vercel AI SDK: a tool conversation of three turns, streamed, at a model and then at another one.

import { createOpenAI } from "@ai-sdk/openai";
import { stepCountIs, streamText, tool } from "ai";
import { z } from "zod";

const [first, second] = process.env.POSTERN_MODELS.split(",");
const provider = createOpenAI({ baseURL: `${process.env.POSTERN_ORIGIN}/v1`, apiKey: process.env.POSTERN_KEY });
// `provider(model)` speaks Responses, `provider.chat(model)` Chat Completions.
const model = (name) => (process.env.POSTERN_DIALECT === "chat" ? provider.chat(name) : provider(name));

const get_weather = tool({
  description: "The weather of a city.",
  inputSchema: z.object({ city: z.string(), days: z.number().int() }),
  execute: async ({ city }) => `11 degrees in ${city}`,
});

const messages = [];
for (const [name, text] of [[first, "The weather in Paris?"], [second, "And again?"], [first, "And now?"]]) {
  messages.push({ role: "user", content: text });
  const answer = streamText({
    model: model(name),
    system: "Be brief.",
    messages,
    tools: { get_weather },
    stopWhen: stepCountIs(4),
    // Else Responses names earlier items by ids that its vendor keeps.
    providerOptions: { openai: { store: false } },
    onError: ({ error }) => {
      console.error(error);
      process.exit(1);
    },
  });
  await answer.consumeStream();
  messages.push(...(await answer.response).messages);
  console.log(`${name}: ${await answer.text}`);
}
