"""What the gateway writes into a stream that waits (early_head_after_ms, silences): official SDKs must skip it."""

import json
import threading
import unittest
from http.server import BaseHTTPRequestHandler, HTTPServer

import anthropic
import openai

COMMENTS = ": waiting\n" * 3
PING = 'event: ping\ndata: {"type":"ping"}\n\n'
SILENCE = ": \n"


def data(value, name=None):
    head = f"event: {name}\n" if name else ""
    return f"{head}data: {json.dumps(value)}\n\n"


def chunk(**choice):
    choices = [{"index": 0, "finish_reason": None, **choice}]
    return data({"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": choices})


def chat():
    yield COMMENTS
    yield chunk(delta={"role": "assistant", "content": "Good "})
    yield SILENCE
    yield chunk(delta={"content": "day"}, finish_reason="stop")
    yield "data: [DONE]\n\n"


def completions():
    yield COMMENTS
    for text in ["Good ", "day"]:
        choices = [{"index": 0, "text": text, "logprobs": None, "finish_reason": None}]
        yield data({"id": "c", "object": "text_completion", "created": 1, "model": "m", "choices": choices})
        yield SILENCE
    yield "data: [DONE]\n\n"


def responses():
    yield COMMENTS
    for number, text in enumerate(["Good ", "day"]):
        event = {"type": "response.output_text.delta", "delta": text, "item_id": "i", "output_index": 0,
                 "content_index": 0, "logprobs": [], "sequence_number": number}
        yield data(event, event["type"])
        yield SILENCE


def messages():
    yield PING * 2
    usage = {"input_tokens": 1, "output_tokens": 1}
    message = {"id": "m", "type": "message", "role": "assistant", "model": "m", "content": [],
               "stop_reason": None, "stop_sequence": None, "usage": usage}
    yield data({"type": "message_start", "message": message}, "message_start")
    block = {"type": "text", "text": ""}
    yield data({"type": "content_block_start", "index": 0, "content_block": block}, "content_block_start")
    for text in ["Good ", "day"]:
        delta = {"type": "text_delta", "text": text}
        yield data({"type": "content_block_delta", "index": 0, "delta": delta}, "content_block_delta")
        yield SILENCE
    yield data({"type": "content_block_stop", "index": 0}, "content_block_stop")
    delta = {"stop_reason": "end_turn", "stop_sequence": None}
    yield data({"type": "message_delta", "delta": delta, "usage": {"output_tokens": 2}}, "message_delta")
    yield data({"type": "message_stop"}, "message_stop")


STREAMS = {
    "/v1/chat/completions": chat,
    "/v1/completions": completions,
    "/v1/responses": responses,
    "/v1/messages": messages,
}


class Vendor(BaseHTTPRequestHandler):
    def do_POST(self):
        self.rfile.read(int(self.headers["content-length"]))
        self.send_response(200)
        self.send_header("content-type", "text/event-stream; charset=utf-8")
        self.end_headers()
        for part in STREAMS[self.path]():
            # Byte by byte: a part may arrive in any pieces.
            for byte in part.encode():
                self.wfile.write(bytes([byte]))

    def log_message(self, *_):
        pass


class Waiting(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = HTTPServer(("127.0.0.1", 0), Vendor)
        threading.Thread(target=cls.server.serve_forever, daemon=True).start()
        origin = f"http://127.0.0.1:{cls.server.server_port}"
        cls.openai = openai.OpenAI(base_url=f"{origin}/v1", api_key="key", max_retries=0)
        cls.anthropic = anthropic.Anthropic(base_url=origin, api_key="key", max_retries=0)

    @classmethod
    def tearDownClass(cls):
        cls.server.shutdown()
        cls.server.server_close()

    def test_chat(self):
        stream = self.openai.chat.completions.create(model="m", messages=[{"role": "user", "content": "?"}], stream=True)
        self.assertEqual("".join(chunk.choices[0].delta.content or "" for chunk in stream), "Good day")

    def test_completions(self):
        stream = self.openai.completions.create(model="m", prompt="?", stream=True)
        self.assertEqual("".join(chunk.choices[0].text for chunk in stream), "Good day")

    def test_responses(self):
        stream = self.openai.responses.create(model="m", input="?", stream=True)
        self.assertEqual("".join(event.delta for event in stream), "Good day")

    def test_messages(self):
        asked = {"model": "m", "max_tokens": 9, "messages": [{"role": "user", "content": "?"}]}
        with self.anthropic.messages.stream(**asked) as stream:
            self.assertEqual("".join(stream.text_stream), "Good day")
        events = self.anthropic.messages.create(**asked, stream=True)
        self.assertEqual([event.type for event in events][-1], "message_stop")


if __name__ == "__main__":
    unittest.main()
