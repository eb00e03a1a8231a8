#!/usr/bin/env python3
"""What the sample's sentences look like to the same model in Python: the expected values of its test.

    mvn process-resources -pl samples/embedding -am      (unpacks the model)
    /usr/bin/python3 reference.py

Debian's python3-numpy 2.2.4 and python3-onnxruntime 1.21.0. The tokenizer here is written after the
description of BERT's WordPiece and shares nothing with the sample's library.
"""

import json
import re
import unicodedata
from pathlib import Path

import numpy as np
import onnxruntime

HERE = Path(__file__).resolve().parent
MODEL = HERE / "target" / "all-minilm-l6-v2"
JAVA = HERE / "src" / "main" / "java" / "io" / "mlops4j" / "samples" / "embedding" / "Embedding.java"
EXPECTED = HERE / "src" / "test" / "resources" / "io" / "mlops4j" / "samples" / "embedding" / "expected.json"


def sentences():
    listed = JAVA.read_text(encoding="utf-8").split("SENTENCES =")[1].split(");")[0]
    return re.findall(r'"([^"]*)"', listed)


def words(text):
    """Lower case without accents; every punctuation mark is a word of its own."""
    decomposed = unicodedata.normalize("NFD", text.lower())
    plain = "".join(c for c in decomposed if unicodedata.category(c) != "Mn")
    return re.findall(r"[^\W_]+|[^\w\s]|_", plain)


def pieces(word, vocabulary):
    start, found = 0, []
    while start < len(word):
        for end in range(len(word), start, -1):
            piece = ("##" if start else "") + word[start:end]
            if piece in vocabulary:
                found.append(vocabulary[piece])
                start = end
                break
        else:
            return [vocabulary["[UNK]"]]
    return found


def tokens(text, vocabulary):
    inside = [piece for word in words(text) for piece in pieces(word, vocabulary)]
    return [vocabulary["[CLS]"], *inside, vocabulary["[SEP]"]]


def main():
    texts = sentences()
    vocabulary = json.loads((MODEL / "all-minilm-l6-v2-tokenizer.json").read_text())["model"]["vocab"]
    session = onnxruntime.InferenceSession(MODEL / "all-minilm-l6-v2.onnx", providers=["CPUExecutionProvider"])
    encoded = [tokens(text, vocabulary) for text in texts]
    vectors = []
    for ids in encoded:  # one by one, so without padding
        ids = np.array([ids], dtype=np.int64)
        feeds = {"input_ids": ids, "attention_mask": np.ones_like(ids), "token_type_ids": np.zeros_like(ids)}
        hidden = session.run(["last_hidden_state"], feeds)[0][0].astype(np.float64)
        mean = hidden.mean(axis=0)
        vectors.append(mean / np.linalg.norm(mean))
    vectors = np.array(vectors)
    similarity = vectors @ vectors.T
    expected = {
        "sentences": texts,
        "tokens": encoded,
        "similarity": [[round(float(s), 7) for s in row] for row in similarity],
    }
    lines = [
        f' "{name}": [\n' + ",\n".join("  " + json.dumps(row, ensure_ascii=False) for row in rows) + "\n ]"
        for name, rows in expected.items()
    ]
    EXPECTED.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
