#!/usr/bin/env python3
"""XGBoost trees through onnxmltools.    python3 xgboost_trees.py penguins.csv out"""

from onnxmltools import convert_xgboost
from onnxmltools.convert.common.data_types import FloatTensorType
from xgboost import XGBClassifier

import recipe


def main(data, out):
    x, y, golden = recipe.data(data)
    model = XGBClassifier(n_estimators=20, max_depth=3, random_state=7, n_jobs=1).fit(x, y)
    proto = convert_xgboost(model, initial_types=[("measures", FloatTensorType([None, x.shape[1]]))], target_opset=15)
    recipe.write(
        out, "xgboost_trees", proto, golden,
        {"label": model.predict(golden), "probabilities": model.predict_proba(golden)},
        description="Is it a male? XGBoost trees, exported by onnxmltools.")


if __name__ == "__main__":
    main(*recipe.arguments())
