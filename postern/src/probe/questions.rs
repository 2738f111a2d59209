//! The questions.

use super::ask::{Said, Server};
use super::finding::{Finding, Quirk};
use anyhow::{Result, bail};
use serde_json::{Value, json};

/// Fields of a request that some servers refuse, each with a harmless value.
const FIELDS: [(&str, &str); 21] = [
    ("logit_bias", "{}"),
    ("logprobs", "true"),
    ("top_logprobs", "1"),
    ("n", "1"),
    ("seed", "1"),
    ("user", "\"postern-check\""),
    ("store", "false"),
    ("metadata", "{}"),
    ("service_tier", "\"auto\""),
    ("prompt_cache_key", "\"postern-check\""),
    ("safety_identifier", "\"postern-check\""),
    ("verbosity", "\"medium\""),
    ("modalities", "[\"text\"]"),
    ("frequency_penalty", "0"),
    ("presence_penalty", "0"),
    ("temperature", "1"),
    ("top_p", "1"),
    ("top_k", "40"),
    ("min_p", "0"),
    ("repetition_penalty", "1"),
    ("stop", "[\"###\"]"),
];

/// Fields of a model's message that clients send back.
const IN_MESSAGES: [(&str, &str); 7] = [
    ("refusal", "null"),
    ("annotations", "[]"),
    ("audio", "null"),
    ("function_call", "null"),
    ("reasoning_content", "\"Let me think.\""),
    ("reasoning", "\"Let me think.\""),
    ("reasoning_details", "[]"),
];

/// The answers to all questions.
///
/// # Errors
/// The server cannot be reached, refuses the key, or refuses a request with nothing in it that a server could lack.
pub async fn all(server: &Server) -> Result<Vec<Finding>> {
    let mut asking = Asking { server, cap: "max_tokens", findings: Vec::new() };
    asking.cap().await?;
    asking.roles().await?;
    asking.tools().await?;
    asking.forms().await?;
    asking.fields().await?;
    asking.in_messages().await?;
    Ok(asking.findings)
}

struct Asking<'s> {
    server: &'s Server,
    /// The name of the cap that it takes.
    cap: &'static str,
    findings: Vec<Finding>,
}

impl Asking<'_> {
    /// A request for a few tokens, with these members besides.
    fn request(&self, members: &Value) -> Value {
        let mut request = json!({
            "model": self.server.model,
            "messages": [{ "role": "user", "content": "Say OK." }],
            self.cap: 16,
        });
        if let (Some(request), Some(members)) = (request.as_object_mut(), members.as_object()) {
            request.extend(members.clone());
        }
        request
    }

    async fn ask(&mut self, asked: &'static str, quirk: Quirk, members: Value) -> Result<Said> {
        let said = self.server.chat(&self.request(&members)).await?;
        self.findings.push(Finding { asked, quirk, said: said.clone() });
        Ok(said)
    }

    /// The plain request, by either name of the cap.
    async fn cap(&mut self) -> Result<()> {
        let old = self.server.chat(&self.request(&json!({}))).await?;
        self.cap = "max_completion_tokens";
        let new = self.server.chat(&self.request(&json!({}))).await?;
        let quirk = |value| Quirk::Key("max_tokens_field", value);
        let (quirk, said) = match (old, new) {
            (Said::Accepted(_), Said::Accepted(_)) => return Ok(()),
            (Said::Accepted(_), said) => {
                self.cap = "max_tokens";
                (quirk("\"max_tokens\""), said)
            }
            (said, Said::Accepted(_)) => (quirk("\"max_completion_tokens\""), said),
            (Said::Refused(why) | Said::Unknown(why), _) => bail!(
                "{} answers no plain request as {:?}: {why}; is the model's name right (--model)?",
                self.server.place(),
                self.server.model
            ),
        };
        self.findings.push(Finding { asked: "the two names of the cap", quirk, said });
        Ok(())
    }

    async fn roles(&mut self) -> Result<()> {
        let user = json!({ "role": "user", "content": "Say OK." });
        let developer = json!({ "role": "developer", "content": "Be brief." });
        let system = json!({ "role": "system", "content": "Be brief." });
        let quirk = Quirk::Key("developer_role", "false");
        let messages = json!({ "messages": [developer, user] });
        self.ask("a developer's message", quirk, messages).await?;
        let quirk = Quirk::Key("system_messages", "false");
        let messages = json!({ "messages": [system, system, user] });
        let said = self.ask("a second system message", quirk, messages).await?;
        if matches!(said, Said::Accepted(_)) {
            let answer = json!({ "role": "assistant", "content": "OK" });
            let messages = json!({ "messages": [user, answer, system, user] });
            self.ask("a later system message", quirk, messages).await?;
        }
        Ok(())
    }

    async fn tools(&mut self) -> Result<()> {
        let parameters = json!({ "type": "object", "properties": {} });
        let function =
            json!({ "type": "function", "function": { "name": "now", "parameters": parameters } });
        let custom = json!({ "type": "custom", "custom": { "name": "note", "description": "Takes a note." } });
        let with_function =
            self.server.chat(&self.request(&json!({ "tools": [function] }))).await?;
        if let Said::Refused(why) | Said::Unknown(why) = with_function {
            let said = Said::Unknown(format!("functions are not taken either: {why}"));
            let quirk = Quirk::Key("custom_tools", "false");
            self.findings.push(Finding { asked: "tools", quirk, said });
            return Ok(());
        }
        let quirk = Quirk::Key("custom_tools", "false");
        self.ask("a custom tool", quirk, json!({ "tools": [custom] })).await?;
        let conversation = |id: &str| {
            let call = json!({ "id": id, "type": "function", "function": { "name": "now", "arguments": "{}" } });
            json!({ "tools": [function], "messages": [
                { "role": "user", "content": "What time is it?" },
                { "role": "assistant", "content": null, "tool_calls": [call] },
                { "role": "tool", "tool_call_id": id, "content": "noon" },
            ]})
        };
        let short = self.server.chat(&self.request(&conversation("Ab3dEf9hI"))).await?;
        if matches!(short, Said::Accepted(_)) {
            let quirk = Quirk::Key("nine_letter_call_ids", "true");
            self.ask(
                "an id of a call as OpenAI writes it",
                quirk,
                conversation("call_0123456789abcdef"),
            )
            .await?;
        }
        Ok(())
    }

    async fn forms(&mut self) -> Result<()> {
        let schema = json!({ "type": "object", "properties": { "ok": { "type": "boolean" } },
            "required": ["ok"], "additionalProperties": false });
        let format = json!({ "type": "json_schema", "json_schema": { "name": "answer", "schema": schema, "strict": true } });
        let quirk = Quirk::Key("json_schema", "false");
        self.ask("a schema of the answer", quirk, json!({ "response_format": format })).await?;
        let quirk = Quirk::Key("stream_options", "false");
        let members = json!({ "stream": true, "stream_options": { "include_usage": true } });
        self.ask("the usage of a stream", quirk, members).await?;
        let body =
            json!({ "model": self.server.model, "input": "Say OK.", "max_output_tokens": 16 });
        // What is accepted is the quirk here.
        let said = match self.server.responses(&body).await? {
            Said::Accepted(text) if text.contains("\"response\"") => {
                Said::Refused("it answers at /responses as well".to_owned())
            }
            _ => Said::Accepted(String::new()),
        };
        let quirk = Quirk::Key("responses", "true");
        self.findings.push(Finding { asked: "OpenAI's Responses", quirk, said });
        Ok(())
    }

    /// All fields at once, and if they are refused each by itself.
    async fn fields(&mut self) -> Result<()> {
        let all: serde_json::Map<_, _> =
            FIELDS.iter().map(|(name, value)| ((*name).to_owned(), value_of(value))).collect();
        let said = self.server.chat(&self.request(&all.into())).await?;
        if matches!(said, Said::Accepted(_)) {
            return Ok(());
        }
        for (name, value) in FIELDS {
            // One needs the other.
            let members = match name {
                "top_logprobs" => json!({ "logprobs": true, name: value_of(value) }),
                _ => json!({ name: value_of(value) }),
            };
            self.ask(name, Quirk::Field(name), members).await?;
        }
        Ok(())
    }

    async fn in_messages(&mut self) -> Result<()> {
        let conversation = |fields: &[(&str, &str)]| {
            let mut answer = json!({ "role": "assistant", "content": "OK" });
            for (name, value) in fields {
                if let Some(answer) = answer.as_object_mut() {
                    answer.insert((*name).to_owned(), value_of(value));
                }
            }
            json!({ "messages": [{ "role": "user", "content": "Say OK." }, answer,
                { "role": "user", "content": "Again." }] })
        };
        let said = self.server.chat(&self.request(&conversation(&IN_MESSAGES))).await?;
        if matches!(said, Said::Accepted(_)) {
            return Ok(());
        }
        for field in IN_MESSAGES {
            let members = conversation(&[field]);
            self.ask(field.0, Quirk::InMessages(field.0), members).await?;
        }
        Ok(())
    }
}

fn value_of(json: &str) -> Value {
    serde_json::from_str(json).unwrap_or_default()
}
