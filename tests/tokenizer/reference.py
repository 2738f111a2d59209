"""Counts tokens with the reference tiktoken: reads a JSON string a line, writes a count for each encoding a line.

The vocabularies come from the folder named first, under the names their addresses end in, instead of from the network.
tiktoken compares each with the SHA-256 that it has for it, so they are OpenAI's or this fails.
"""

import json
import os
import sys
from pathlib import Path

import tiktoken
import tiktoken.load

folder, texts = Path(sys.argv[1]), Path(sys.argv[2])
# Somewhere to look for a copy and find none: without a folder, tiktoken would not compare the sums.
os.environ["TIKTOKEN_CACHE_DIR"] = str(folder / "cache")
tiktoken.load.read_file = lambda address: (folder / address.rsplit("/", 1)[1]).read_bytes()

encodings = [tiktoken.get_encoding(name) for name in sys.argv[3:]]
with texts.open(encoding="utf-8", newline="\n") as lines:
    for line in lines:
        text = json.loads(line)
        print(*(len(encoding.encode_ordinary(text)) for encoding in encodings))
