#!/usr/bin/env python3
"""Writes the models that the tests of io.mlops4j.runtime.composition combine, and what scikit-learn
answers for the same combinations.

Run with Debian's Python (python3-onnx 1.17.0, python3-sklearn 1.4.2, python3-numpy 2.2.4):
/usr/bin/python3 make_models.py
"""

import json
from pathlib import Path

import numpy as np
from onnx import TensorProto, checker, helper, numpy_helper
from sklearn.ensemble import StackingClassifier, VotingClassifier, VotingRegressor
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

HERE = Path(__file__).resolve().parent
FLOAT, DOUBLE, INT64, STRING = (
    TensorProto.FLOAT, TensorProto.DOUBLE, TensorProto.INT64, TensorProto.STRING)
FEATURES = 3


def save(name, nodes, inputs, outputs, constants=()):
    graph = helper.make_graph(nodes, name, inputs, outputs, constants)
    opsets = [helper.make_opsetid("", 17), helper.make_opsetid("ai.onnx.ml", 3)]
    model = helper.make_model(graph, opset_imports=opsets, ir_version=8)
    checker.check_model(model)
    (HERE / f"{name}.onnx").write_bytes(model.SerializeToString(deterministic=True))


def value(name, type, *shape):
    return helper.make_tensor_value_info(name, type, list(shape))


def constant(name, values, dtype=np.float32):
    return numpy_helper.from_array(np.asarray(values, dtype=dtype), name)


def labels(classes):
    """The attribute of the labels of a classifier."""
    return (
        {"classlabels_int64s": [int(c) for c in classes]}
        if np.issubdtype(classes.dtype, np.integer)
        else {"classlabels_strings": [str(c) for c in classes]})


def label_type(classes):
    return INT64 if np.issubdtype(classes.dtype, np.integer) else STRING


def encoder(classes):
    """A node that turns the number of a class into its label."""
    keys = {"keys_int64s": range(len(classes))}
    values = (
        {"values_int64s": [int(c) for c in classes]}
        if np.issubdtype(classes.dtype, np.integer)
        else {"values_strings": [str(c) for c in classes]})
    return helper.make_node(
        "LabelEncoder", ["number"], ["label"], domain="ai.onnx.ml", **keys, **values)


def save_logistic(name, fitted, classes, columns=FEATURES):
    """X float [N, columns] -> label [N], probabilities float [N, classes]"""
    nodes = [
        helper.make_node("Gemm", ["X", "w", "b"], ["scores"]),
        helper.make_node("Softmax", ["scores"], ["probabilities"], axis=1),
        helper.make_node("ArgMax", ["scores"], ["number"], axis=1, keepdims=0),
        encoder(classes),
    ]
    save(
        name, nodes, [value("X", FLOAT, "N", columns)],
        [value("label", label_type(classes), "N"),
         value("probabilities", FLOAT, "N", len(classes))],
        [constant("w", fitted.coef_.T), constant("b", fitted.intercept_)])


def nodes_of(tree):
    """The attributes of a tree's nodes; every threshold is a float32."""
    t = tree.tree_
    count = t.node_count
    leaf = t.children_left < 0
    assert np.array_equal(t.threshold[~leaf], t.threshold[~leaf].astype(np.float32))
    return leaf, dict(
        nodes_treeids=[0] * count,
        nodes_nodeids=list(range(count)),
        nodes_featureids=[0 if leaf[i] else int(t.feature[i]) for i in range(count)],
        nodes_modes=["LEAF" if leaf[i] else "BRANCH_LEQ" for i in range(count)],
        nodes_values=[0.0 if leaf[i] else float(t.threshold[i]) for i in range(count)],
        nodes_truenodeids=[0 if leaf[i] else int(t.children_left[i]) for i in range(count)],
        nodes_falsenodeids=[0 if leaf[i] else int(t.children_right[i]) for i in range(count)])


def save_tree(name, fitted):
    """X float [N, 3] -> label [N], scores float [N, classes]"""
    leaf, attributes = nodes_of(fitted)
    ids, classes, weights = [], [], []
    for node in np.flatnonzero(leaf):
        share = fitted.tree_.value[node][0] / fitted.tree_.value[node][0].sum()
        for c, weight in enumerate(share):
            ids.append(int(node)), classes.append(c), weights.append(float(weight))
    node = helper.make_node(
        "TreeEnsembleClassifier", ["X"], ["label", "scores"], domain="ai.onnx.ml",
        class_ids=classes, class_nodeids=ids, class_treeids=[0] * len(ids), class_weights=weights,
        post_transform="NONE", **labels(fitted.classes_), **attributes)
    save(
        name, [node], [value("X", FLOAT, "N", FEATURES)],
        [value("label", label_type(fitted.classes_), "N"),
         value("scores", FLOAT, "N", len(fitted.classes_))])


def save_regression(name, fitted):
    """a, b, c double [N] -> delay double [N]"""
    nodes = [
        helper.make_node("Mul", ["a", "wa"], ["pa"]), helper.make_node("Mul", ["b", "wb"], ["pb"]),
        helper.make_node("Mul", ["c", "wc"], ["pc"]), helper.make_node("Sum", ["pa", "pb", "pc"], ["s"]),
        helper.make_node("Add", ["s", "w0"], ["delay"]),
    ]
    weights = dict(zip(("wa", "wb", "wc", "w0"), [*fitted.coef_, fitted.intercept_]))
    save(
        name, nodes, [value(c, DOUBLE, "N") for c in "abc"], [value("delay", DOUBLE, "N")],
        [constant(w, [v], np.float64) for w, v in weights.items()])


def save_regression_tree(name, fitted):
    """X float [N, 3] -> variable float [N, 1]"""
    leaf, attributes = nodes_of(fitted)
    ids = [int(node) for node in np.flatnonzero(leaf)]
    node = helper.make_node(
        "TreeEnsembleRegressor", ["X"], ["variable"], domain="ai.onnx.ml", n_targets=1,
        target_ids=[0] * len(ids), target_nodeids=ids, target_treeids=[0] * len(ids),
        target_weights=[float(fitted.tree_.value[i][0][0]) for i in ids], **attributes)
    save(
        name, [node], [value("X", FLOAT, "N", FEATURES)], [value("variable", FLOAT, "N", 1)])


def main():
    random = np.random.default_rng(15)
    # Multiples of a quarter, so that every threshold between two of them is exact in float32.
    x = random.integers(-20, 20, size=(240, FEATURES)) / 4
    noise = random.normal(size=(240, 3))
    numbers = np.argmax(
        np.stack([x[:, 0], x[:, 1], -x[:, 0] + x[:, 2]], axis=1) + 2 * noise, axis=1) * 10 - 10
    texts = np.array(["früh", "late", "on time"])[(numbers + 10) // 10]
    target = 3 * x[:, 0] - x[:, 1] ** 2 + noise[:, 0]
    rows = random.integers(-20, 20, size=(40, FEATURES)) / 4

    expected = {"rows": rows.tolist()}
    for kind, y in (("numbers", numbers), ("texts", texts)):
        logistic = LogisticRegression(max_iter=1000)
        small = DecisionTreeClassifier(max_depth=2, random_state=1)
        deep = DecisionTreeClassifier(max_depth=6, random_state=2)
        estimators = [("logistic", logistic), ("small", small), ("deep", deep)]
        weights = [1, 2, 1.5]
        answers = {}
        for voting in ("hard", "soft"):
            for weighted in (False, True):
                vote = VotingClassifier(
                    estimators, voting=voting, weights=weights if weighted else None).fit(x, y)
                name = voting + ("_weighted" if weighted else "")
                answers[name] = (
                    vote.predict(rows) if voting == "hard" else vote.predict_proba(rows)).tolist()
        stack = StackingClassifier(estimators, LogisticRegression(max_iter=1000), cv=3).fit(x, y)
        answers["stack"] = stack.predict(rows).tolist()
        answers["stack_probabilities"] = stack.predict_proba(rows).tolist()
        expected[kind] = answers
        for estimator in (logistic, small, deep):
            estimator.fit(x, y)
        save_logistic(f"{kind}_logistic", logistic, logistic.classes_)
        save_tree(f"{kind}_small", small)
        save_tree(f"{kind}_deep", deep)
        # The final model of the stack is fitted to the numbers of the classes.
        save_logistic(f"{kind}_final", stack.final_estimator_, stack.classes_, 9)

    linear, tree = LinearRegression(), DecisionTreeRegressor(max_depth=4, random_state=3)
    for name, weights in (("mean", None), ("mean_weighted", [3, 1])):
        regressor = VotingRegressor([("linear", linear), ("tree", tree)], weights=weights)
        expected[name] = regressor.fit(x, target).predict(rows).tolist()
    save_regression("linear", regressor.estimators_[0])
    save_regression_tree("tree", regressor.estimators_[1])
    (HERE / "expected.json").write_text(
        json.dumps(expected, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


main()
