#!/usr/bin/env python3
"""Write crates/detect/src/secrets/data/bigrams.txt: how often a letter follows another in ordinary words.

    python3 tests/guardrail/bigrams.py TEXT... > crates/detect/src/secrets/data/bigrams.txt

The table in the repository was made of the questions of BANKING77 (CC BY 4.0), the texts of Debian's common licences, and the
names in the sources of Python's standard library.
"""

import collections
import math
import pathlib
import re
import string
import sys

HEAD = """# How often a letter follows another (row: first, column: second, a to z) in English questions, licences and
# names of programs: the logarithm (base 2) of the ratio to chance, plus 5, 0 to 9. Made by tests/guardrail/bigrams.py."""


def main():
    words = collections.Counter()
    for path in sys.argv[1:]:
        words.update(part.lower() for part in re.findall("[A-Z]?[a-z]+", pathlib.Path(path).read_text(errors="ignore")))
    pairs = collections.Counter()
    for word, count in words.items():
        if len(word) > 2:
            for first, second in zip(word, word[1:]):
                pairs[first + second] += 1 + math.log(count)
    total = sum(pairs.values())
    print(HEAD)
    for first in string.ascii_lowercase:
        ratios = [(pairs[first + second] + 0.5) / (total + 338) * 676 for second in string.ascii_lowercase]
        print("".join(str(max(0, min(9, round(math.log2(ratio) + 5)))) for ratio in ratios))


if __name__ == "__main__":
    main()
