#!/usr/bin/env python3
"""A scikit-learn pipeline over a pandas frame through skl2onnx: one input a column.    python3 sklearn_columns.py penguins.csv out"""

import numpy as np
import pandas
from skl2onnx import to_onnx
from skl2onnx.common.data_types import FloatTensorType, StringTensorType
from sklearn.compose import make_column_transformer
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

import recipe
from recipe import card, penguins


def frame(measures, species):
    return pandas.DataFrame({**{m: measures[:, i] for i, m in enumerate(penguins.MEASURES)}, "species": species})


def main(data, out):
    measures, species, male = penguins.read(data)
    train = np.arange(len(male)) % 2 == 0
    rows, kinds = penguins.golden(measures[~train], species[~train])
    model = make_pipeline(
        make_column_transformer(
            (make_pipeline(SimpleImputer(), StandardScaler()), penguins.MEASURES), (OneHotEncoder(handle_unknown="ignore"), ["species"])),
        LogisticRegression())
    model.fit(frame(measures[train], species[train]), male[train])
    # A pandas frame holds float64; inputs of float32 are what most callers have. to_onnx(model, frame[:1]) would declare float64.
    types = [(m, FloatTensorType([None, 1])) for m in penguins.MEASURES] + [("species", StringTensorType([None, 1]))]
    proto = to_onnx(model, initial_types=types, target_opset={"": 17, "ai.onnx.ml": 3}, options={"zipmap": False})
    folder = recipe.folder(out, "sklearn_columns")
    (folder / "model.onnx").write_bytes(proto.SerializeToString())
    card.write(
        folder / "card.json", "sklearn-columns", owner="penguin-team", licence="Apache-2.0",
        description="Is it a male? A scikit-learn pipeline over named columns, exported by skl2onnx.",
        features=[{"name": m, "type": "float32", "nulls": "nan"} for m in penguins.MEASURES] + [{"name": "species", "type": "string"}],
        tolerance=1e-5, inputs={**{m: rows[:, i] for i, m in enumerate(penguins.MEASURES)}, "species": kinds},
        outputs={"label": model.predict(frame(rows, kinds)), "probabilities": model.predict_proba(frame(rows, kinds))})


if __name__ == "__main__":
    main(*recipe.arguments())
