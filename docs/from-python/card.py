"""Writes the card of a model as mlops4j reads it: its schema is in the jar, CardJson.schema()."""

import hashlib
import json
from pathlib import Path


def digest(file):
    return "sha256:" + hashlib.sha256(Path(file).read_bytes()).hexdigest()


def number(value):
    """A number of a card; JSON has no number for NaN, so it is text."""
    return "NaN" if value != value else value.item()


def column(values):
    """A column of golden rows: texts, an array of numbers, or an array with a row of numbers for each row."""
    if all(isinstance(value, str) for value in values):
        return {"type": "string", "values": list(values)}
    if values.ndim == 2:
        return {"type": str(values.dtype), "values": [[number(v) for v in row] for row in values]}
    return {"type": str(values.dtype), "values": [number(v) for v in values]}


def write(file, name, *, features, inputs, outputs, tolerance, **more):
    card = {
        "card": 1,
        "name": name,
        "features": {"columns": features, "keys": []},
        "goldenRows": {
            "tolerance": tolerance,
            "inputs": {name: column(values) for name, values in inputs.items()},
            "outputs": {name: column(values) for name, values in outputs.items()},
        },
        **more,
    }
    Path(file).write_text(json.dumps(card, indent=2, sort_keys=True, ensure_ascii=False) + "\n", encoding="utf-8")
