#!/usr/bin/env python3
"""Gradient-boosted trees of scikit-learn, as ONNX with the preparation of their columns inside.

    python3 trees.py penguins.csv out       writes out/model.onnx and out/card.json
"""

import sys
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from sklearn.ensemble import GradientBoostingClassifier

import card
import penguins


def prepare(measures, species, medians):
    """What the graph does too: a missing measure is the median, a species its number or -1."""
    number = {name: i for i, name in enumerate(penguins.SPECIES)}
    codes = np.array([[number.get(name, -1)] for name in species], np.float32)
    return np.hstack([np.where(np.isnan(measures), medians, measures), codes])


def tree_nodes(model):
    """The trees, node by node, as TreeEnsembleRegressor wants them."""
    keys = "treeids nodeids featureids modes values truenodeids falsenodeids".split()
    nodes = {key: [] for key in keys}
    leaves = {key: [] for key in ("treeids", "nodeids", "ids", "weights")}
    for number, (tree,) in enumerate(model.estimators_):
        tree = tree.tree_
        for node in range(tree.node_count):
            leaf = tree.children_left[node] < 0
            # Float32 columns are compared with float64 thresholds: rounded down, no comparison changes.
            threshold = np.float32(tree.threshold[node])
            if threshold > tree.threshold[node]:
                threshold = np.nextafter(threshold, np.float32(-np.inf))
            row = (number, node, max(tree.feature[node], 0), "LEAF" if leaf else "BRANCH_LEQ", 0.0 if leaf else threshold,
                   0 if leaf else tree.children_left[node], 0 if leaf else tree.children_right[node])
            for key, value in zip(keys, row):
                nodes[key].append(value if isinstance(value, str) else value.item() if hasattr(value, "item") else value)
            if leaf:
                for key, value in zip(leaves, (number, node, 0, float(model.learning_rate * tree.value[node][0][0]))):
                    leaves[key].append(value)
    prior = model.init_.class_prior_
    return dict(
        **{"nodes_" + key: values for key, values in nodes.items()},
        **{"target_" + key: values for key, values in leaves.items()},
        base_values=[float(np.log(prior[1] / prior[0]))],
        n_targets=1,
    )


def graph(model, medians):
    inputs = [helper.make_tensor_value_info(m, TensorProto.FLOAT, ["N", 1]) for m in penguins.MEASURES]
    inputs.append(helper.make_tensor_value_info("species", TensorProto.STRING, ["N", 1]))
    codes = list(range(len(penguins.SPECIES)))
    nodes = [
        helper.make_node("Concat", penguins.MEASURES, ["measures"], axis=1),
        helper.make_node("IsNaN", ["measures"], ["missing"]),
        helper.make_node("Where", ["missing", "medians", "measures"], ["known"]),
        helper.make_node("LabelEncoder", ["species"], ["code"], domain="ai.onnx.ml",
                         keys_strings=penguins.SPECIES, values_floats=[float(code) for code in codes], default_float=-1.0),
        helper.make_node("Concat", ["known", "code"], ["columns"], axis=1),
        helper.make_node("TreeEnsembleRegressor", ["columns"], ["score"], domain="ai.onnx.ml", **tree_nodes(model)),
        helper.make_node("Sigmoid", ["score"], ["male"]),
    ]
    return helper.make_graph(
        nodes, "trees", inputs, [helper.make_tensor_value_info("male", TensorProto.FLOAT, ["N", 1])],
        [numpy_helper.from_array(medians, "medians")])


def main(data, out):
    out.mkdir(parents=True, exist_ok=True)
    measures, species, male = penguins.read(data)
    train = np.arange(len(male)) % 2 == 0
    medians = np.nanmedian(measures[train], axis=0).astype(np.float32)
    model = GradientBoostingClassifier(n_estimators=40, max_depth=3, random_state=7)
    model.fit(prepare(measures[train], species[train], medians), male[train])

    proto = helper.make_model(
        graph(model, medians), ir_version=9,
        opset_imports=[helper.make_opsetid("", 17), helper.make_opsetid("ai.onnx.ml", 3)])
    onnx.checker.check_model(proto)
    onnx.save(proto, out / "model.onnx")

    rows, kinds = penguins.golden(measures[~train], species[~train])
    card.write(
        out / "card.json", "penguin-trees", owner="penguin-team", licence="Apache-2.0",
        description="Is it a male? Gradient-boosted trees of scikit-learn.",
        features=[{"name": m, "type": "float32", "nulls": "nan"} for m in penguins.MEASURES] + [{"name": "species", "type": "string"}],
        trainedOn=[{"name": "penguins", "digest": card.digest(data), "query": "every second row whose sex is known"}],
        metrics={"accuracy": model.score(prepare(measures[~train], species[~train], medians), male[~train])},
        parameters={"n_estimators": "40", "max_depth": "3"}, seeds={"model": 7}, tolerance=1e-6,
        inputs={**{m: rows[:, i] for i, m in enumerate(penguins.MEASURES)}, "species": kinds},
        outputs={"male": model.predict_proba(prepare(rows, kinds, medians))[:, 1]})


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(f"found {len(sys.argv) - 1} arguments, expected two: trees.py penguins.csv out")
    main(Path(sys.argv[1]), Path(sys.argv[2]))
