#!/usr/bin/env python3
"""Ensembles of trees as skl2onnx and onnxmltools write them.    python3 make_trees.py OUT

Written by scikit-learn 1.4.2 with skl2onnx 1.21.0, and by XGBoost 3.0.0 with onnxmltools 1.17.0. LightGBM was not to be had:
lightgbm_category has the form that LightGbm.py of onnxmltools gives categories, with trees made up here. Each model is checked
against the answers of its library, or of numpy. Models of LightGBM itself, and in the form of CatBoost, are in
mlops-bench/src/test/resources/io/mlops4j/bench/docs/exporters.
"""

import sys
from pathlib import Path

import numpy as np
from onnx import TensorProto, helper

FEATURES = 5
RANDOM = np.random.default_rng(20261128)
X = RANDOM.normal(size=(600, FEATURES)).astype(np.float32)
X[:, 4] = RANDOM.integers(0, 12, 600)    # a category
SCORE = X[:, 0] * X[:, 1] + X[:, 2] + np.isin(X[:, 4], [1, 4, 7, 11]) + 0.1 * RANDOM.normal(size=600)
KIND = np.digitize(SCORE, [-0.7, 1.2])
MISSING = X.copy()
MISSING[RANDOM.random(X.shape) < 0.05] = np.nan


def save(out, name, model, rows, expected):
    """Expected: one array for each output; None for one that is not compared."""
    import onnxruntime    # after skl2onnx, which Debian's package otherwise confuses with schemas of its own

    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    for found, wanted in zip(session.run(None, {session.get_inputs()[0].name: rows}), expected):
        if isinstance(found, list):
            found = np.array([list(row.values()) for row in found])
        if wanted is not None and wanted.dtype.kind in "iU":
            assert (found.ravel() == wanted.ravel()).all(), name
        elif wanted is not None:
            np.testing.assert_allclose(found.ravel(), wanted.ravel(), atol=2e-5, rtol=2e-5, err_msg=name)
    (Path(out) / (name + ".onnx")).write_bytes(model.SerializeToString())


def scikit(out):
    from skl2onnx import to_onnx
    from skl2onnx.common.data_types import FloatTensorType
    from sklearn import ensemble

    few = dict(random_state=7, n_estimators=12)
    for name, model, y, options in (
            ("sklearn_forest", ensemble.RandomForestClassifier(max_depth=5, **few), np.array(["low", "mid", "high"])[KIND], None),
            ("sklearn_extra", ensemble.ExtraTreesRegressor(max_depth=5, **few), SCORE, None),
            ("sklearn_targets", ensemble.RandomForestRegressor(max_depth=4, **few), np.stack([SCORE, X[:, 0]], 1), None),
            ("sklearn_boosting", ensemble.GradientBoostingClassifier(**few), KIND, {"zipmap": False}),
            ("sklearn_binary", ensemble.GradientBoostingClassifier(**few), KIND > 0, {"zipmap": False}),
            ("sklearn_exponential", ensemble.GradientBoostingClassifier(loss="exponential", **few), KIND > 0, {"zipmap": False}),
            ("sklearn_boosting_value", ensemble.GradientBoostingRegressor(**few), SCORE, None),
            ("sklearn_isolation", ensemble.IsolationForest(max_samples=32, **few), None, None)):
        model.fit(X, y)
        proto = to_onnx(
            model, initial_types=[("x", FloatTensorType([None, FEATURES]))], target_opset={"": 17, "ai.onnx.ml": 3},
            options={id(model): options} if options else None)
        answers = [model.predict(X)] if y is None or y.dtype.kind == "f" else [model.predict(X).astype(y.dtype), model.predict_proba(X)]
        save(out, name, proto, X, [a.astype(np.int64) if a.dtype.kind == "b" else a for a in answers])
    for name, model, y in (
            ("sklearn_hist", ensemble.HistGradientBoostingClassifier(max_iter=12, max_leaf_nodes=15, random_state=7), (KIND > 0).astype(np.int64)),
            ("sklearn_hist_value", ensemble.HistGradientBoostingRegressor(max_iter=12, max_leaf_nodes=15, random_state=7), SCORE)):
        model.fit(MISSING, y)
        # ONNX Runtime refuses the same with DoubleTensorType: skl2onnx then declares outputs of doubles.
        proto = to_onnx(
            model, initial_types=[("x", FloatTensorType([None, FEATURES]))], target_opset={"": 17, "ai.onnx.ml": 3},
            options={id(model): {"zipmap": False}} if y.dtype.kind == "i" else None)
        answers = [model.predict(MISSING)] if y.dtype.kind == "f" else [model.predict(MISSING), model.predict_proba(MISSING)]
        save(out, name, proto, MISSING, answers)


def xgboost(out):
    import xgboost as xgb
    from onnxmltools import convert_xgboost
    from onnxmltools.convert.common.data_types import FloatTensorType

    few = dict(n_estimators=12, max_depth=4, random_state=7, n_jobs=1)
    types = ["q"] * 4 + ["c"]
    for name, model, rows, y in (
            ("xgboost_binary", xgb.XGBClassifier(**few), MISSING, KIND > 0),
            ("xgboost_classes", xgb.XGBClassifier(**few), MISSING, KIND),
            ("xgboost_value", xgb.XGBRegressor(base_score=0.7, **few), MISSING, SCORE),
            ("xgboost_poisson", xgb.XGBRegressor(objective="count:poisson", **few), MISSING, KIND.astype(float)),
            ("xgboost_category", xgb.XGBRegressor(
                base_score=0.5, enable_categorical=True, max_cat_to_onehot=1, feature_types=types, **few), X, SCORE)):
        model.fit(rows, y)
        model.get_booster().feature_names = None
        proto = convert_xgboost(model, initial_types=[("x", FloatTensorType([None, FEATURES]))], target_opset=15)
        answers = [model.predict(rows)] if name in ("xgboost_value", "xgboost_poisson", "xgboost_category") \
            else [model.predict(rows).astype(np.int64), model.predict_proba(rows)]
        save(out, name, proto, rows, answers)


def lightgbm(out):
    """A set of categories is a chain of == nodes that share their left branch, and ids are given before a node is left."""
    nodes = {key: [] for key in "treeids nodeids featureids modes values truenodeids falsenodeids missing_value_tracks_true".split()}
    leaves = {key: [] for key in "treeids nodeids ids weights".split()}
    expected = np.zeros(len(X))

    def add(tree, rows, depth, node, pool):
        def entry(node, feature, mode, value, yes, no, missing):
            for key, one in zip(nodes, (tree, node, feature, mode, value, yes, no, missing)):
                nodes[key].append(one)

        if depth == 0:
            entry(node, 0, "LEAF", 0.0, 0, 0, 0)
            weight = np.float32(RANDOM.normal() / 10)
            expected[rows] += weight
            for key, one in zip(leaves, (tree, node, 0, float(weight))):
                leaves[key].append(one)
            return
        feature = int(RANDOM.integers(0, FEATURES))
        yes = pool.pop(0)
        if feature == 4:
            members = [float(c) for c in RANDOM.choice(12, RANDOM.integers(1, 6), replace=False)]
            left, missing = np.isin(X[:, 4], members), 0
            for member in members:
                no = pool.pop(0)
                entry(node, 4, "BRANCH_EQ", member, yes, no, missing)
                node = no
        else:
            value, missing = np.float32(RANDOM.normal() / 2), int(RANDOM.integers(0, 2))
            left = X[:, feature] <= value
            no = pool.pop(0)
            entry(node, feature, "BRANCH_LEQ", float(value), yes, no, missing)
        add(tree, rows & left, depth - 1, yes, pool)
        add(tree, rows & ~left, depth - 1, no, pool)

    for tree in range(15):
        add(tree, np.ones(len(X), bool), 4, 0, list(range(1, 500)))
    make = helper.make_node
    graph = helper.make_graph(
        [make("TreeEnsembleClassifier", ["x"], ["label_tensor", "probability_tensor"], domain="ai.onnx.ml", post_transform="LOGISTIC",
              classlabels_int64s=[0, 1], **{"nodes_" + k: v for k, v in nodes.items()}, **{"class_" + k: v for k, v in leaves.items()}),
         make("Identity", ["label_tensor"], ["lgbmlabel"]), make("Identity", ["probability_tensor"], ["lgbmprobabilities"]),
         make("Cast", ["lgbmlabel"], ["label"], to=TensorProto.INT64), make("Mul", ["lgbmprobabilities", "one"], ["probabilities"])],
        "lightgbm", [helper.make_tensor_value_info("x", TensorProto.FLOAT, [None, FEATURES])],
        [helper.make_tensor_value_info("label", TensorProto.INT64, [None]),
         helper.make_tensor_value_info("probabilities", TensorProto.FLOAT, [None, 2])],
        [helper.make_tensor("one", TensorProto.FLOAT, [], [1.0])])
    proto = helper.make_model(
        graph, producer_name="OnnxMLTools", ir_version=4, opset_imports=[helper.make_opsetid("", 9), helper.make_opsetid("ai.onnx.ml", 1)])
    one = 1 / (1 + np.exp(-expected))
    save(out, "lightgbm_category", proto, X, [(one > 0.5).astype(np.int64), np.stack([1 - one, one], 1)])


if __name__ == "__main__":
    scikit(sys.argv[1])
    xgboost(sys.argv[1])
    lightgbm(sys.argv[1])
