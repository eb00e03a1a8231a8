"""What the recipes beside this file share: the data, and the card with golden rows."""

import sys
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
import card  # noqa: E402
import penguins  # noqa: E402


def data(file):
    """Training rows, their labels, and a few held-out rows as golden rows, one of which misses two measures."""
    measures, _, male = penguins.read(file)
    train = np.arange(len(male)) % 2 == 0
    golden, _ = penguins.golden(measures[~train], np.zeros(int((~train).sum())))
    return measures[train], male[train], golden


def folder(out, name):
    made = Path(out) / name
    made.mkdir(parents=True, exist_ok=True)
    return made


def write(out, name, proto, golden, outputs, *, description):
    """Writes OUT/NAME/model.onnx and card.json. The expected outputs are those of the library that trained the model."""
    (folder(out, name) / "model.onnx").write_bytes(proto if isinstance(proto, bytes) else proto.SerializeToString())
    card.write(
        folder(out, name) / "card.json", name.replace("_", "-"), owner="penguin-team", licence="Apache-2.0", description=description,
        features=[{"name": m, "type": "float32", "nulls": "nan"} for m in penguins.MEASURES],
        tolerance=1e-5, inputs={m: golden[:, i] for i, m in enumerate(penguins.MEASURES)}, outputs=outputs)


def arguments():
    if len(sys.argv) != 3:
        sys.exit(f"found {len(sys.argv) - 1} arguments, expected two: {sys.argv[0]} penguins.csv out")
    return Path(sys.argv[1]), Path(sys.argv[2])
