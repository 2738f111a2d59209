"""A guardrail that refuses a request which names an internal project, and leaves all else to the guardrail behind it.

Reads: the request's segments. Refuses with: content-filtered. Fails closed: what goes wrong here refuses the request.
"""

import json
import re
from functools import wraps

from componentize_py_types import Err
from wit_world import exports
from wit_world.imports import stage
from wit_world.imports.postern_guardrail_types import Action, Finding, Opinion, Verdict
from wit_world.imports.postern_types_types import Blame, Caller, Fault, FaultKind, Prompt, Segment

# Matched in linear time, whatever the text.
PROJECT_CODE = re.compile(r"PRJ-[0-9]{4}(?![0-9])")


def closed(function):
    """Turns an exception into a refusal: one that leaves this component is a trap, which ends the whole instance."""

    @wraps(function)
    def guarded(*arguments):
        try:
            return function(*arguments)
        except Err:
            raise
        except Exception as error:
            # The kind only: the message may quote what was said.
            raise Err(fault(FaultKind.UNAVAILABLE, "the guardrail has failed", type(error).__name__))

    return guarded


class Stage(exports.Stage):
    @closed
    def check_request(self, caller: Caller, prompt: Prompt, known: str | None, opinions: list[Opinion]) -> Verdict:
        verdict = stage.check_request(caller, prompt, known, opinions)
        body = prompt.body.encode()
        count = sum(len(PROJECT_CODE.findall(text(segment, body))) for segment in prompt.segments)
        if count == 0:
            return verdict
        verdict.findings.append(
            Finding(
                detector="project_code",
                form="",
                rule="no-projects",
                action=Action.BLOCK,
                count=count,
                asked=None,
            )
        )
        verdict.refusal = verdict.refusal or fault(
            FaultKind.CONTENT_FILTERED,
            "Names of internal projects must not leave the company. (project_code)",
        )
        # Nothing of a refused request is edited, asked about, kept or answered.
        verdict.edits, verdict.questions = [], []
        verdict.memo = verdict.originals = verdict.judging = None
        return verdict

    @closed
    def keeps_originals(self):
        return stage.keeps_originals()

    @closed
    def ready(self) -> None:
        stage.ready()


# Answers are the other guardrail's: this one only hands them on.
class Answer:
    def __init__(self, memo: str) -> None:
        self.inner = stage.Answer(memo)

    @closed
    def push(self, pieces):
        return self.inner.push(pieces)

    @closed
    def take_opinions(self, opinions):
        self.inner.take_opinions(opinions)

    @closed
    def flush(self):
        return self.inner.flush()

    @closed
    def finish(self):
        return self.inner.finish()


def text(segment: Segment, body: bytes) -> str:
    """What a segment says. Spans are of bytes, and of JSON: `PRJ\\u002d1234` is a project, too."""
    written = body[segment.span.start : segment.span.end].decode()
    return json.loads(f'"{written}"', strict=False) if segment.is_json_string else written


def fault(kind: FaultKind, public: str, private: str | None = None) -> Fault:
    is_ours = kind != FaultKind.CONTENT_FILTERED
    return Fault(
        kind=kind,
        public=public,
        private=private,
        blame=Blame.GATEWAY if is_ours else Blame.CALLER,
        retryable=False,
        retry_after_ms=None,
        param=None,
        code=None if is_ours else "content_filter",
    )
