"""What the trainers share: features from the detectors themselves, a logistic regression, and the file that
crates/detect/src/linear.rs reads.

The features of a text come from `cargo run --example samples`, so that a model is trained with exactly what it will see.
"""

import json
import pathlib
import struct
import subprocess

import numpy
import scipy.sparse
from sklearn.linear_model import LogisticRegression

ROOT = pathlib.Path(__file__).resolve().parents[2]
HAND = 1 << 31
# N-grams are divided by the root of their number and so are small beside hand-made features: the penalty on their weights must not
# depend on that.
GRAM_GAIN = 2.0


class Windows:
    """The windows of texts: of which text each is, where, and its features."""

    def __init__(self, texts, data, bits, hand):
        numbers = numpy.frombuffer(data, dtype="<u4")
        self.text, self.range, self.grams, self.hand = [], [], [], []
        at = 0
        for text in range(len(texts)):
            count = int(numbers[at])
            at += 1
            for _ in range(count):
                start, end, grams, features = (int(number) for number in numbers[at:at + 4])
                at += 4
                self.text.append(text)
                self.range.append((start, end))
                self.grams.append(numbers[at:at + grams])
                self.hand.append(numbers[at + grams:at + grams + features])
                at += grams + features
        self.text = numpy.array(self.text)
        self.matrix = self._matrix(bits, hand)

    def _matrix(self, bits, hand):
        columns, values, rows = [], [], [0]
        for grams, features in zip(self.grams, self.hand):
            columns += [grams & ((1 << bits) - 1), features + (1 << bits)]
            values += [numpy.full(len(grams), GRAM_GAIN / max(len(grams), 1) ** 0.5), numpy.ones(len(features))]
            rows.append(rows[-1] + len(grams) + len(features))
        shape = (len(self.grams), (1 << bits) + hand)
        matrix = scipy.sparse.csr_matrix((numpy.concatenate(values), numpy.concatenate(columns), rows), shape=shape)
        matrix.sum_duplicates()
        return matrix


def windows(model, texts, bits, hand):
    """The windows of texts, as the detector of this model (`injection`, `moderation`) cuts them."""
    data = b"".join(struct.pack("<I", len(text)) + text for text in (text.encode() for text in texts))
    command = ["cargo", "run", "-q", "--release", "-p", "postern-detect", "--features", "training", "--example", "samples", model]
    return Windows(texts, subprocess.run(command, input=data, stdout=subprocess.PIPE, check=True, cwd=ROOT).stdout, bits, hand)


def judge(texts):
    """What the built detector says: for each text the highest confidence and its form."""
    data = b"".join(struct.pack("<I", len(text)) + text for text in (text.encode() for text in texts))
    command = ["cargo", "run", "-q", "--release", "-p", "postern-detect", "--features", "training", "--example", "judge"]
    lines = subprocess.run(command, input=data, stdout=subprocess.PIPE, check=True, cwd=ROOT).stdout.decode().splitlines()
    return [(int(line.split()[0]), line.split()[1]) for line in lines]


class Output:
    """One output of a model, quantised. The logit is bias + grams * gram_scale / root(n) + hand * hand_scale."""

    def __init__(self, weights, bias, bits, clip=0.999):
        buckets = 1 << bits
        self.bias = float(bias)
        self.grams, self.gram_scale = quantise(weights[:buckets] * GRAM_GAIN, clip)
        self.hand, self.hand_scale = quantise(weights[buckets:], 1.0)
        self.slope, self.offset, self.threshold = 1.0, 0.0, 0.0

    def weights(self):
        """As the matrix of windows needs them."""
        return numpy.concatenate([self.grams * (self.gram_scale / GRAM_GAIN), self.hand * self.hand_scale])

    def logits(self, matrix):
        return matrix @ self.weights() + self.bias

    def calibrate(self, logits, labels):
        """Fit the confidence on held-out documents: logits of their strongest windows, and what they are. As many attacks as others count."""
        fit = LogisticRegression(C=1.0, class_weight="balanced").fit(numpy.array(logits).reshape(-1, 1), labels)
        self.slope, self.offset = float(fit.coef_[0, 0]), float(fit.intercept_[0])


def quantise(weights, clip):
    most = numpy.quantile(numpy.abs(weights[weights != 0]), clip) if numpy.any(weights) else 1.0
    scale = float(most) / 127
    return numpy.clip(numpy.round(weights / scale), -127, 127).astype(numpy.int8), scale


def train(matrix, labels, weights, strength):
    """A logistic regression: the same input gives the same weights."""
    fit = LogisticRegression(C=strength, solver="liblinear", random_state=1, max_iter=100, tol=1e-3)
    fit.fit(matrix, labels, sample_weight=weights)
    return fit.coef_[0], fit.intercept_[0]


def blind(matrix, bits):
    """The same windows without their words, so that concepts have to do: what holds in one language then holds in all."""
    return matrix @ scipy.sparse.diags_array((numpy.arange(matrix.shape[1]) >= (1 << bits)).astype(float)).tocsr()


def strongest(text, logits, count):
    """The strongest window of each text."""
    best = numpy.full(count, -20.0)
    numpy.maximum.at(best, text, logits)
    return best


def write(path, bits, outputs, names):
    """The file of a model. Names: from an n-gram's hash, or HAND | feature, to a name."""
    f32 = lambda *numbers: struct.pack(f"<{len(numbers)}f", *numbers)
    data = b"PLM1" + struct.pack("<BBH", bits, len(outputs), len(outputs[0].hand))
    for output in outputs:
        data += f32(output.bias, output.gram_scale, output.hand_scale, output.slope, output.offset)
    data += f32(*(output.threshold for output in outputs))
    data += numpy.stack([output.grams for output in outputs], axis=1).tobytes()
    data += numpy.stack([output.hand for output in outputs], axis=1).tobytes()
    data += struct.pack("<H", len(names))
    for key, name in sorted(names.items()):
        encoded = name.encode()[:255]
        data += struct.pack("<IB", key, len(encoded)) + encoded
    pathlib.Path(path).write_bytes(data)


def read(path):
    """The outputs of a model that was written, with the number of its buckets' bits."""
    data = pathlib.Path(path).read_bytes()
    bits, count, hand = struct.unpack_from("<BBH", data, 4)
    scales = struct.unpack_from(f"<{6 * count}f", data, 8)
    at = 8 + 24 * count
    weights = numpy.frombuffer(data, dtype=numpy.int8, offset=at, count=((1 << bits) + hand) * count).reshape(-1, count)
    outputs = []
    for index in range(count):
        output = object.__new__(Output)
        output.bias, output.gram_scale, output.hand_scale, output.slope, output.offset = scales[5 * index:5 * index + 5]
        output.threshold = scales[5 * count + index]
        output.grams, output.hand = weights[:1 << bits, index], weights[1 << bits:, index]
        outputs.append(output)
    return bits, outputs


def read_corpus(folder):
    """Every labelled text of a folder."""
    for path in sorted(pathlib.Path(folder).glob("*.jsonl")):
        for line in path.read_text(encoding="utf-8").splitlines():
            yield json.loads(line)
