#!/usr/bin/env python3
"""A scikit-learn pipeline through skl2onnx.    python3 sklearn_pipeline.py penguins.csv out"""

from skl2onnx import to_onnx
from skl2onnx.common.data_types import FloatTensorType
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import recipe


def main(data, out):
    x, y, golden = recipe.data(data)
    model = make_pipeline(SimpleImputer(), StandardScaler(), LogisticRegression()).fit(x, y)
    proto = to_onnx(
        model, initial_types=[("measures", FloatTensorType([None, x.shape[1]]))], target_opset={"": 17, "ai.onnx.ml": 3},
        options={"zipmap": False})
    recipe.write(
        out, "sklearn_pipeline", proto, golden,
        {"label": model.predict(golden), "probabilities": model.predict_proba(golden)},
        description="Is it a male? A scikit-learn pipeline, exported by skl2onnx.")


if __name__ == "__main__":
    main(*recipe.arguments())
