//! The programs themselves: agents and SDKs for agents hold a conversation through the gateway with every vendor, and go on
//! with another one. `cargo xtask test long` installs them (1.2 GB) and runs these tests; every run has what they send, in
//! `tests/dialects/agents`.

use super::REMEDY;
use postern_tests::fleet::{Fleet, ROWS, Row};
use postern_tests::manifest;
use postern_tests::vendors::{TOOL, result_text};
use std::ffi::OsString;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, LazyLock};
use std::thread;
use std::time::{Duration, Instant};

/// Models with room for agents, which ask for long answers.
fn models() -> String {
    let mut text = String::new();
    for row in ROWS {
        let _ = write!(
            text,
            r#"
[[model]]
name = "agent-{family}tools"
capabilities = ["chat", "tools", "vision", "files", "audio", "json_schema", "reasoning"]
max_output_tokens = 64_000
context_tokens = 200_000
[[model.deployment]]
provider = "{provider}"
upstream_model = "{upstream}tools"
"#,
            family = row.family,
            provider = row.provider,
            upstream = row.upstream_family,
        );
    }
    text
}

fn fleet() -> &'static Fleet {
    static FLEET: LazyLock<Fleet> = LazyLock::new(|| Fleet::start(&models()));
    &FLEET
}

/// The models of a conversation that begins at this row's vendor and goes on at the next one.
fn pair(index: usize) -> [String; 2] {
    let model = |row: Row| format!("agent-{}tools", row.family);
    [model(ROWS[index]), model(ROWS[(index + 1) % ROWS.len()])]
}

/// Where `cargo xtask test long` installs the programs.
fn installed(name: &str) -> PathBuf {
    let test = std::env::current_exe().expect("a program");
    let target = test.ancestors().nth(3).expect("a target directory");
    let path = target.join("clients").join(name);
    assert!(
        path.exists(),
        "{} is not there; run `cargo xtask test long`; {REMEDY}",
        path.display()
    );
    path
}

fn source(name: &str) -> PathBuf {
    manifest::repository().join("tests/sdk/clients").join(name)
}

fn origin() -> String {
    format!("http://{}", fleet().gateway.address())
}

/// A program with nothing of this machine but a home of its own.
fn program(program: impl Into<OsString>, home: &Path) -> Command {
    let mut command = Command::new(program.into());
    command.env_clear().current_dir(home).env("HOME", home).env("NO_PROXY", "127.0.0.1");
    command.env("PATH", std::env::var_os("PATH").unwrap_or_default());
    command
}

/// How long a program may take for one turn, on two busy cores.
const TURN: Duration = Duration::from_secs(120);

/// What it says, if it succeeds.
fn said(mut command: Command) -> String {
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let child = command.spawn().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    let (id, ended) = (child.id(), Arc::new(AtomicBool::new(false)));
    let seen = Arc::clone(&ended);
    thread::spawn(move || {
        let start = Instant::now();
        while start.elapsed() < TURN {
            thread::sleep(Duration::from_millis(100));
            if seen.load(Ordering::Relaxed) {
                return;
            }
        }
        let _ = Command::new("kill").arg(id.to_string()).status();
    });
    let output = child.wait_with_output();
    ended.store(true, Ordering::Relaxed);
    let output = output.unwrap_or_else(|error| panic!("{command:?}: {error}"));
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}: {}\n{text}\n{errors}", output.status);
    text
}

/// A conversation of each pair of vendors, in which every turn ends with what the tool said.
fn conversations(turn: impl Fn(&Path, usize, &str) -> String) {
    for index in 0..ROWS.len() {
        let home = tempfile::tempdir().expect("a folder");
        let [one, other] = pair(index);
        for (number, model) in [&one, &other, &one].into_iter().enumerate() {
            let text = turn(home.path(), number, model);
            assert!(text.contains("The tool said: "), "turn {number} at {model}: {text}");
        }
    }
    fleet().assert_nothing_invalid_was_sent();
}

/// The result of the tool that all have.
fn expected() -> String {
    result_text("11 degrees in Paris")
}

/// An SDK's script holds its whole conversation.
fn script(interpreter: &Path, script: &Path, dialect: &str) {
    for index in 0..ROWS.len() {
        let home = tempfile::tempdir().expect("a folder");
        let models = pair(index);
        let mut command = program(interpreter, home.path());
        command
            .arg(script)
            .env("POSTERN_ORIGIN", origin())
            .env("POSTERN_KEY", fleet().key.expose())
            .env("POSTERN_DIALECT", dialect)
            .env("POSTERN_MODELS", models.join(","));
        let text = said(command);
        let [one, other] = &models;
        for line in [one, other, one].map(|model| format!("{model}: {}", expected())) {
            assert!(text.contains(&line), "{line:?} is not in: {text}");
        }
    }
    fleet().assert_nothing_invalid_was_sent();
}

#[test]
#[ignore = "needs programs that `cargo xtask test long` installs"]
fn claude_code_finishes_its_task_with_every_vendor() {
    let claude = installed("node_modules/.bin/claude");
    let servers = serde_json::json!({ "mcpServers": { "weather": {
        "command": "python3", "args": [source("weather.py")],
    } } });
    conversations(|home, number, model| {
        let mut command = program(&claude, home);
        command
            .args(["--print", "--output-format", "json", "--model", model])
            .args(["--strict-mcp-config", "--mcp-config", &servers.to_string()])
            .args(["--allowedTools", &format!("mcp__weather__{TOOL}")])
            .args((number > 0).then_some("--continue"))
            .arg("--")
            .arg(format!("What is the weather in Paris? ({number})"))
            .env("ANTHROPIC_BASE_URL", origin())
            .env("ANTHROPIC_AUTH_TOKEN", fleet().key.expose())
            .env("CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC", "1")
            .env("DISABLE_TELEMETRY", "1")
            .env("DISABLE_ERROR_REPORTING", "1");
        let text = said(command);
        let answer: serde_json::Value = serde_json::from_str(&text).expect("JSON");
        assert_eq!(answer["is_error"], false, "{text}");
        // On a busy machine its server of tools is not there at once, and it calls a tool of its own.
        text
    });
}

#[test]
#[ignore = "needs programs that `cargo xtask test long` installs"]
fn codex_finishes_its_task_with_every_vendor() {
    let codex = installed("node_modules/.bin/codex");
    let config = format!(
        r#"
model_provider = "postern"
check_for_update_on_startup = false
[model_providers.postern]
name = "Postern"
base_url = "{}/v1"
env_key = "POSTERN_KEY"
wire_api = "responses"
[analytics]
enabled = false
[mcp_servers.weather]
command = "python3"
args = ["{}"]
"#,
        origin(),
        source("weather.py").display(),
    );
    conversations(|home, number, model| {
        let folder = home.join(".codex");
        fs::create_dir_all(&folder).expect("a folder");
        fs::write(folder.join("config.toml"), &config).expect("a file");
        let mut command = program(&codex, home);
        command
            .args(["exec", "--skip-git-repo-check", "--sandbox", "read-only", "--model", model])
            .args(if number > 0 { &["resume", "--last"][..] } else { &[] })
            .arg(format!("What is the weather in Paris? ({number})"))
            .env("POSTERN_KEY", fleet().key.expose());
        said(command)
    });
}

#[test]
#[ignore = "needs programs that `cargo xtask test long` installs"]
fn the_vercel_ai_sdk_finishes_its_task_with_every_vendor() {
    // Node looks for packages beside the script.
    let beside = installed("node_modules").with_file_name("vercel.mjs");
    fs::copy(source("vercel.mjs"), &beside).expect("a copy");
    for dialect in ["responses", "chat"] {
        script(Path::new("node"), &beside, dialect);
    }
}

#[test]
#[ignore = "needs programs that `cargo xtask test long` installs"]
fn langchain_litellm_and_the_agents_sdk_finish_their_tasks_with_every_vendor() {
    let python = installed("py/bin/python");
    for name in ["langchain_client.py", "litellm_client.py", "openai_agents.py"] {
        script(&python, &source(name), "");
    }
}
