#!/usr/bin/env python3
"""LightGBM trees through onnxmltools.    python3 lightgbm_trees.py penguins.csv out"""

from lightgbm import LGBMClassifier
from onnxmltools import convert_lightgbm
from onnxmltools.convert.common.data_types import FloatTensorType

import recipe


def main(data, out):
    x, y, golden = recipe.data(data)
    model = LGBMClassifier(n_estimators=20, max_depth=3, random_state=7, n_jobs=1, verbose=-1).fit(x, y)
    types = [("measures", FloatTensorType([None, x.shape[1]]))]
    # With zipmap=True, the default, "probabilities" is a map from label to probability for each row; Java takes both.
    for name, zipmap in (("lightgbm_trees", False), ("lightgbm_zipmap", True)):
        proto = convert_lightgbm(model, initial_types=types, target_opset=15, zipmap=zipmap)
        recipe.write(
            out, name, proto, golden,
            {"label": model.predict(golden), "probabilities": model.predict_proba(golden)},
            description="Is it a male? LightGBM trees, exported by onnxmltools.")


if __name__ == "__main__":
    main(*recipe.arguments())
