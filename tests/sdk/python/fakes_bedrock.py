"""The official SDK against the fake of Amazon Bedrock: it checks the frames, the fake its signature."""

import datetime
import unittest
from unittest import mock

import boto3
import botocore.config
import botocore.exceptions

from fakes import CITY, CUT_TEXT, GIF, SCHEMA, TEXT, THOUGHTS, origin

TOOLS = {"tools": [{"toolSpec": {"name": "get_weather", "inputSchema": {"json": SCHEMA}}}]}
HELLO = [{"role": "user", "content": [{"text": "Hello"}]}]
THINKING = {"thinking": {"type": "enabled", "budget_tokens": 1024}}


def client(**options):
    config = botocore.config.Config(retries={"max_attempts": 1, "mode": "standard"})
    options = {"region_name": "us-east-1", "endpoint_url": origin(), "config": config} | options
    return boto3.client("bedrock-runtime", **options)


def request(scenario, messages, options):
    return {"modelId": f"us.anthropic.claude-fake-{scenario}-v1:0", "messages": messages} | options


def ask(scenario, messages=HELLO, **options):
    return client().converse(**request(scenario, messages, options))


def collect(stream):
    """The answer of a stream as if it were whole."""
    blocks, answer = {}, {}
    for event in stream:
        (kind, value), = event.items()
        if kind == "contentBlockStart":
            blocks[value["contentBlockIndex"]] = {"toolUse": value["start"]["toolUse"] | {"input": ""}}
        elif kind == "contentBlockDelta":
            block, delta = blocks.setdefault(value["contentBlockIndex"], {}), value["delta"]
            if "text" in delta:
                block["text"] = block.get("text", "") + delta["text"]
            elif "toolUse" in delta:
                block["toolUse"]["input"] += delta["toolUse"]["input"]
            else:
                text = block.setdefault("reasoningContent", {}).setdefault("reasoningText", {})
                for name, more in delta["reasoningContent"].items():
                    text[name] = text.get(name, "") + more
        elif kind == "messageStop":
            answer["stopReason"] = value["stopReason"]
        elif kind == "metadata":
            answer["usage"] = value["usage"]
    return answer | {"content": [blocks[index] for index in sorted(blocks)]}


class Converse(unittest.TestCase):
    def both(self, scenario, messages=HELLO, **options):
        import json

        whole = ask(scenario, messages, **options)
        streamed = collect(client().converse_stream(**request(scenario, messages, options))["stream"])
        for block in streamed["content"]:
            if "toolUse" in block:
                block["toolUse"]["input"] = json.loads(block["toolUse"]["input"])
        self.assertEqual(whole["output"]["message"]["content"], streamed["content"])
        self.assertEqual(whole["stopReason"], streamed["stopReason"])
        self.assertEqual(whole["usage"], streamed["usage"])
        return whole["output"]["message"]["content"], whole

    def test_text(self):
        content, whole = self.both("text")
        self.assertEqual(content, [{"text": TEXT}])
        self.assertEqual(whole["stopReason"], "end_turn")

    def test_usage(self):
        usage = self.both("cached")[1]["usage"]
        self.assertEqual((usage["inputTokens"], usage["outputTokens"], usage["totalTokens"]), (50, 30, 130))
        self.assertEqual((usage["cacheReadInputTokens"], usage["cacheWriteInputTokens"]), (40, 10))

    def test_tools(self):
        for scenario, calls in (("tools", 1), ("parallel", 2)):
            content, whole = self.both(scenario, toolConfig=TOOLS)
            self.assertEqual((whole["stopReason"], len(content)), ("tool_use", calls))
            self.assertEqual(content[0]["toolUse"]["input"], CITY)
            results = [
                {"toolResult": {"toolUseId": block["toolUse"]["toolUseId"], "content": [{"text": "rain"}]}}
                for block in content
            ]
            messages = HELLO + [{"role": "assistant", "content": content}, {"role": "user", "content": results}]
            second, _ = self.both(scenario, messages, toolConfig=TOOLS)
            self.assertEqual(second[0]["text"], "The tool said: " + " | ".join(["rain"] * calls))
            self.refused("toolConfig field must be defined", scenario, messages)
            self.refused("Expected toolResult", scenario, messages[:2] + HELLO, toolConfig=TOOLS)

    def refused(self, message, scenario, messages=HELLO, **options):
        with self.assertRaises(botocore.exceptions.ClientError) as caught:
            ask(scenario, messages, **options)
        self.assertEqual(caught.exception.response["Error"]["Code"], "ValidationException")
        self.assertIn(message, str(caught.exception))

    def test_images(self):
        image = {"image": {"format": "gif", "source": {"bytes": GIF}}}
        content, _ = self.both("image", [{"role": "user", "content": [image]}])
        self.assertEqual(content[0]["text"], f"I see image/gif of {len(GIF)} bytes.")

    def test_structured(self):
        forced, _ = self.both("structured", toolConfig=TOOLS | {"toolChoice": {"any": {}}})
        self.assertEqual(forced[0]["toolUse"]["input"], CITY)

    def test_thoughts_and_their_seal(self):
        content, _ = self.both("reasoning", additionalModelRequestFields=THINKING)
        text = content[0]["reasoningContent"]["reasoningText"]
        self.assertEqual((text["text"], content[1]["text"]), (THOUGHTS, TEXT))
        spoken = {"role": "assistant", "content": content}
        self.both("reasoning", HELLO + [spoken] + HELLO, additionalModelRequestFields=THINKING)
        text["text"] = "First I slept."
        self.refused("Invalid `signature`", "reasoning", HELLO + [spoken] + HELLO)

    def test_endings(self):
        self.assertEqual(self.both("length")[1]["stopReason"], "max_tokens")
        self.assertEqual(self.both("filter")[1]["stopReason"], "guardrail_intervened")
        content, whole = self.both("stop", inferenceConfig={"stopSequences": ["!"]})
        self.assertEqual((content[0]["text"], whole["stopReason"]), (CUT_TEXT, "stop_sequence"))

    def test_errors(self):
        codes = {
            400: "ValidationException", 403: "AccessDeniedException", 404: "ResourceNotFoundException",
            429: "ThrottlingException", 500: "InternalServerException", 503: "ServiceUnavailableException",
        }
        for status, code in codes.items():
            with self.assertRaises(botocore.exceptions.ClientError) as caught:
                ask(f"error-{status}")
            self.assertEqual(caught.exception.response["Error"]["Code"], code)
            self.assertEqual(caught.exception.response["ResponseMetadata"]["HTTPStatusCode"], status)
        kinds = {
            "midstream-error": botocore.exceptions.EventStreamError,
            "malformed": Exception,
            "cut": Exception,
        }
        for scenario, kind in kinds.items():
            with self.assertRaises(kind, msg=scenario):
                collect(client().converse_stream(**request(scenario, HELLO, {}))["stream"])

    def test_refuses(self):
        self.refused("must start with a user", "text", [{"role": "assistant", "content": [{"text": "Hi"}]}])
        self.refused("must alternate", "text", HELLO + HELLO)
        self.refused("is blank", "text", [{"role": "user", "content": [{"text": " "}]}])
        self.refused("less than or equal to 1", "text", inferenceConfig={"temperature": 1.5})
        self.refused("model identifier", "unknown")

    def test_signatures(self):
        wrong = {
            "UnrecognizedClientException": {"aws_access_key_id": "AKIAOTHER", "aws_secret_access_key": "x"},
            "InvalidSignatureException": {"aws_secret_access_key": "x"},
        }
        from os import environ

        known = {name: environ[name.upper()] for name in ("aws_access_key_id", "aws_secret_access_key")}
        for code, keys in wrong.items():
            keys = known | {"aws_session_token": environ["AWS_SESSION_TOKEN"]} | keys
            with self.assertRaises(botocore.exceptions.ClientError) as caught:
                client(**keys).converse(**request("text", HELLO, {}))
            self.assertEqual(caught.exception.response["Error"]["Code"], code)
        late = datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(minutes=6)
        with mock.patch("botocore.auth.get_current_datetime", return_value=late.replace(tzinfo=None)):
            with self.assertRaisesRegex(botocore.exceptions.ClientError, "Signature expired: "):
                ask("text")


class Embeddings(unittest.TestCase):
    def test_titan(self):
        import json

        body = json.dumps({"inputText": "Hello", "dimensions": 256})
        answer = client().invoke_model(
            modelId="amazon.titan-embed-text-v2:0", body=body, contentType="application/json"
        )
        self.assertEqual(len(json.loads(answer["body"].read())["embedding"]), 256)


if __name__ == "__main__":
    unittest.main()
