//! Valid answers in an unusual form, which a gateway must pass unchanged.

use super::script::{Script, Step, is_streamed};
use bytes::Bytes;
use serde_json::Value;
use std::time::Duration;

/// Valid, with an unusual layout, which a gateway must not tidy up.
pub(super) fn odd(body: &Value) -> Script {
    if !is_streamed(body) {
        return Script::json(ODD_WHOLE.to_owned());
    }
    let usage = body["stream_options"]["include_usage"] == true;
    let steps = ODD_EVENTS.iter().filter(|event| usage || !event.contains("\"choices\":[]"));
    Script::stream(steps.map(|event| Step::Write(Bytes::from_static(event.as_bytes()))).collect())
}

const ODD_WHOLE: &str = "\r\n { \"id\" :\"a\\u0062c\", \"vendor_extra\": {\"b\":1.0e+00,\"a\":[ ]},\t\"object\":\"chat.completion\",\
    \"created\":1,\"model\":\"odd\", \"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":\
    \"\\ud83d\\ude00 \u{1F600} \\/\", \"reasoning_content\":\"hm\"},\"finish_reason\":\"stop\"}],\"usage\":{\"prompt_tokens\":17,\
    \"completion_tokens\":23,\"total_tokens\":40,\"vendor_tokens\":3}, \"id2\":12345678901234567890123 } \n";

const ODD_EVENTS: [&str; 5] = [
    "data:  {\"id\":\"x\", \"object\":\"chat.completion.chunk\",\"created\":1,\"model\":\"odd\",\"choices\":[{\"index\":0,\
     \"delta\":{\"role\":\"assistant\",\"content\":\"\\u0041\"}, \"vendor\":1.50}]}\n\n",
    "data: {\"id\":\"x\",\"object\":\"chat.completion.chunk\",\"created\":1,\"model\":\"odd\",\"choices\":[{\"index\":0,\
     \"delta\":{\"content\":\"\u{1F600}\", \"reasoning_content\":\"hm\"},\"finish_reason\":null}]}\n\n",
    "data: {\"id\":\"x\",\"object\":\"chat.completion.chunk\",\"created\":1,\"model\":\"odd\",\"choices\":[{\"index\":0,\
     \"delta\":{},\"finish_reason\":\"stop\"}]}\n\n",
    "data: {\"id\":\"x\",\"object\":\"chat.completion.chunk\",\"created\":1,\"model\":\"odd\",\"choices\":[],\"usage\":\
     {\"prompt_tokens\":17,\"completion_tokens\":23,\"total_tokens\":40}}\n\n",
    "data: [DONE]\n\n",
];

/// Valid events in unusual spellings, cut at unexpected places: within lines, and within characters.
pub(super) fn torn() -> Script {
    let pieces = TORN_STREAM.as_bytes().chunks(7).map(Bytes::from_static);
    let pause = Step::Pause(Duration::from_millis(1));
    Script::stream(pieces.flat_map(|piece| [Step::Write(piece), pause.clone()]).collect())
}

const TORN_STREAM: &str = ": a comment, to keep the connection\r\n\r\n\
    event: message\r\nid: 1\r\ndata:{\"id\":\"x\",\"object\":\"chat.completion.chunk\",\"created\":1,\"model\":\"torn\",\
    \"choices\":[{\"index\":0,\"delta\":{\"content\":\"\u{1F600}\u{1F600}\u{1F600} \u{e9}\"},\"finish_reason\":null}]}\r\n\r\n\
    retry: 10\r\n: another\r\ndata: {\"id\":\"x\",\"object\":\"chat.completion.chunk\",\"created\":1,\"model\":\"torn\",\
    \"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\r\n\r\n\
    data: {\"id\":\"x\",\"object\":\"chat.completion.chunk\",\"created\":1,\"model\":\"torn\",\"choices\":[],\
    \"usage\":{\"prompt_tokens\":17,\"completion_tokens\":23,\"total_tokens\":40}}\r\n\r\n\
    data: [DONE]\r\n\r\n";
