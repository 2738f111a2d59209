"""Writes corpus/injection/vectors.json: texts with the logit of their strongest window, as computed here from model.bin. A test of
crates/detect compares them with its own."""

import json

import linear

MODEL = linear.ROOT / "crates/detect/src/injection/model.bin"
CORPUS = linear.ROOT / "tests/guardrail/corpus/injection"


def main():
    # Of sentences longer than a window the trainer sees some windows only, and a text that begins with a sign it may cut otherwise.
    rows = [row for row in linear.read_corpus(CORPUS) if "disguise" not in row["source"] and len(row["text"].encode()) < 190 and row["text"][0].isalnum()]
    texts = [row["text"] for row in rows[::12]]
    bits, [output] = linear.read(MODEL)
    windows = linear.windows("injection", texts, bits, len(output.hand))
    best = linear.strongest(windows.text, output.logits(windows.matrix), len(texts))
    vectors = [{"text": text, "logit": round(float(logit), 4)} for text, logit in zip(texts, best)]
    (CORPUS / "vectors.json").write_text(json.dumps(vectors, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
