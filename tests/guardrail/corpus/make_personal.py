#!/usr/bin/env python3
"""Makes the labelled sentences in personal/*.jsonl. Everything in them is made up: names are common ones, numbers have right check digits.

    python3 tests/guardrail/corpus/make_personal.py

Sentences come from templates (templates/*.txt: `train` and `test` are different templates) and from prose written by hand (templates/prose.txt).
In a template {slot} is replaced by a value, and labelled with the detector that the slot stands for.
"""
import json
import pathlib
import random
import re

from values import SLOTS

HERE = pathlib.Path(__file__).parent
TIMES = 3


def fill(template, lang, rng):
    """The text of a template, and the spans of what was filled in, in bytes of UTF-8."""
    text, spans, at = b"", [], 0
    for slot in re.finditer(r"\{(\w+)\}", template):
        text += template[at:slot.start()].encode()
        detector, make = SLOTS[slot[1]]
        value = make(lang, rng).encode()
        if detector:
            spans.append([len(text), len(text) + len(value), detector])
        text += value
        at = slot.end()
    text += template[at:].encode()
    return text.decode(), spans


def marked(line):
    """Prose in which what is found is marked: [[name|Jane Doe]]."""
    text, spans, at = b"", [], 0
    for mark in re.finditer(r"\[\[(\w+)\|(.*?)\]\]", line):
        text += line[at:mark.start()].encode()
        value = mark[2].encode()
        spans.append([len(text), len(text) + len(value), mark[1]])
        text += value
        at = mark.end()
    text += line[at:].encode()
    return text.decode(), spans


def rows():
    for path in sorted((HERE / "templates").glob("??.txt")):
        lang = path.stem
        split = None
        for number, line in enumerate(path.read_text().splitlines(), 1):
            if line.startswith("== "):
                split = line[3:].strip()
                continue
            if not line.strip() or line.startswith("#"):
                continue
            rng = random.Random(f"{lang}{line}")
            line = line.replace("\\n", "\n")
            times = TIMES if "{" in line else 1
            for _ in range(times):
                text, spans = fill(line, lang, rng)
                yield {"lang": lang, "text": text, "spans": spans, "labels": [], "split": split, "source": f"{path.name}:{number}"}
    prose = HERE / "templates" / "prose.txt"
    for number, line in enumerate(prose.read_text().splitlines(), 1):
        if line.startswith("#") or not line.strip():
            continue
        lang, split, text = line.split("\t", 2)
        text, spans = marked(text.replace("\\n", "\n"))
        yield {"lang": lang, "text": text, "spans": spans, "labels": [], "split": split, "source": f"prose.txt:{number}"}


def main():
    by_lang = {}
    for row in rows():
        by_lang.setdefault(row["lang"], []).append(row)
    out = HERE / "personal"
    out.mkdir(exist_ok=True)
    for lang, found in by_lang.items():
        lines = [json.dumps(row, ensure_ascii=False, separators=(",", ":")) for row in found]
        (out / f"{lang}.jsonl").write_text("\n".join(lines) + "\n")
    print({lang: len(found) for lang, found in by_lang.items()}, sum(map(len, by_lang.values())))


if __name__ == "__main__":
    main()
