#!/usr/bin/env python3
"""Make the corpus of harmful content from its templates.

    python3 tests/guardrail/corpus/make_moderation.py

Of each language and category every other template is for training, the rest for tests. A template with a blank is filled
several times, with other words in the two splits.
"""

import collections
import json
import pathlib
import re

HERE = pathlib.Path(__file__).parent
FILLERS = {
    "group": ["Muslims", "immigrants", "women", "gays", "Mexicans", "Jews", "black people", "refugees", "old people", "disabled people", "Arabs", "lesbians", "Asians", "foreigners"],
    "insult": ["idiot", "moron", "asshole", "imbecile"],
    "job": ["engineering", "driving", "management", "nursing"],
    "group_de": ["Muslime", "Flüchtlinge", "Frauen", "Türken", "Juden", "Migranten"],
    "group_fr": ["musulmans", "immigrés", "juifs", "étrangers"],
    "group_es": ["inmigrantes", "musulmanes", "gitanos", "extranjeros"],
    "group_it": ["immigrati", "zingari", "stranieri", "musulmani"],
    "group_nl": ["moslims", "buitenlanders", "vluchtelingen", "vrouwen"],
    "group_pt": ["imigrantes", "muçulmanos", "ciganos", "estrangeiros"],
    "group_pl": ["imigranci", "uchodźcy", "muzułmanie", "cudzoziemcy"],
}


def variants(text, split):
    """The text with its blanks filled: by every other filler."""
    names = re.findall(r"\{(\w+)\}", text)
    if not names:
        return [text]
    offset = 0 if split == "train" else 1
    count = min(7, min(len(FILLERS[name]) // 2 for name in names))
    filled = []
    for index in range(count):
        variant = text
        for name in names:
            variant = variant.replace("{" + name + "}", FILLERS[name][2 * index + offset], 1)
        filled.append(variant)
    return filled


def main():
    counts = collections.Counter()
    records = {"train": [], "test": []}
    lines = [(line, "") for line in (HERE / "templates/moderation.txt").read_text().splitlines()]
    lines += [(line, "test") for line in (HERE / "templates/moderation_test.txt").read_text().splitlines()]
    for line, fixed in lines:
        if line.startswith("#!") or not line:
            continue
        lang, labels, text = line.split(" ", 2)
        counts[lang, labels] += 1
        split = fixed or ("train" if counts[lang, labels] % 2 else "test")
        for variant in variants(text, split):
            labelled = [] if labels == "-" else labels.split(",")
            records[split].append({"lang": lang, "text": variant, "spans": [], "labels": labelled, "split": split, "source": "hand" if fixed else "template"})
    for split, lines in records.items():
        (HERE / "moderation" / f"{split}.jsonl").write_text("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines))
        print(split, len(lines))


if __name__ == "__main__":
    main()
