#!/usr/bin/env python3
"""Models in the form that CatBoost, tf2onnx (Keras) and PyTorch's newer exporter give them, without these programs.

    python3 make_forms.py penguins.csv out        with docs/from-python/exporters on PYTHONPATH

None of the three exporters could be run where this was written. The form follows CatBoost's onnx_helpers.cpp, tf2onnx's
rewriting of Keras layers, and the external data that torch.onnx.export(dynamo=True) writes. Expected outputs are computed
by numpy from the same numbers, never by an ONNX runtime.
"""

from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

import recipe


def oblivious_trees(x, y, count=12, depth=3, rate=0.3):
    """Trees with one split for each level, as CatBoost grows them: (features, borders, leaf values)."""
    random = np.random.default_rng(7)
    score, trees = np.zeros(len(y)), []
    for _ in range(count):
        features = random.integers(0, x.shape[1], depth)
        borders = np.float32([np.nanquantile(x[:, f], q) for f, q in zip(features, random.uniform(0.2, 0.8, depth))])
        leaf = leaves(x, features, borders)
        residual = y - 1 / (1 + np.exp(-2 * score))
        values = np.float32([rate * residual[leaf == k].mean() if (leaf == k).any() else 0 for k in range(2**depth)])
        score += values[leaf]
        trees.append((features, borders, values))
    return trees


def leaves(x, features, borders):
    """The leaf of each row: the level's bit is set when the value is greater; a missing value never is."""
    leaf = np.zeros(len(x), int)
    for feature, border in zip(features, borders):
        leaf = 2 * leaf + (x[:, feature] > border)
    return leaf


def catboost(x, y, golden, out, name, bias):
    trees = oblivious_trees(x, y)
    nodes = {key: [] for key in "falsenodeids featureids hitrates missing_value_tracks_true modes nodeids treeids truenodeids values".split()}
    classes = {key: [] for key in "ids nodeids treeids weights".split()}
    for tree, (features, borders, values) in enumerate(trees):
        inner = 2 ** len(features) - 1
        for node in range(2 * inner + 1):
            level = (node + 1).bit_length() - 1
            split = node < inner
            row = dict(
                treeids=tree, nodeids=node, modes="BRANCH_GT" if split else "LEAF", hitrates=1.0, missing_value_tracks_true=0,
                featureids=int(features[level]) if split else 0, values=float(borders[level]) if split else 0.0,
                falsenodeids=2 * node + 1 if split else 0, truenodeids=2 * node + 2 if split else 0)
            for key, value in row.items():
                nodes[key].append(value)
            if not split:
                for label, weight in ((0, -values[node - inner]), (1, values[node - inner])):
                    for key, value in zip(("treeids", "nodeids", "ids", "weights"), (tree, node, label, float(weight))):
                        classes[key].append(value)
    graph = helper.make_graph(
        [helper.make_node(
            "TreeEnsembleClassifier", ["features"], ["label", "probability_tensor"], domain="ai.onnx.ml",
            classlabels_int64s=[0, 1], post_transform="LOGISTIC",
            **({"base_values": [-bias, bias]} if bias else {}), **{"nodes_" + key: value for key, value in nodes.items()}, **{"class_" + key: value for key, value in classes.items()}),
         helper.make_node("ZipMap", ["probability_tensor"], ["probabilities"], domain="ai.onnx.ml", classlabels_int64s=[0, 1])],
        "CatBoostModel", [helper.make_tensor_value_info("features", TensorProto.FLOAT, ["N", x.shape[1]])],
        [helper.make_tensor_value_info("label", TensorProto.INT64, ["N"]),
         helper.make_value_info("probabilities", helper.make_sequence_type_proto(
             helper.make_map_type_proto(TensorProto.INT64, helper.make_tensor_type_proto(TensorProto.FLOAT, None))))],
        value_info=[helper.make_tensor_value_info("probability_tensor", TensorProto.FLOAT, ["N", 2])])
    proto = helper.make_model(graph, producer_name="CatBoost", ir_version=8, opset_imports=[helper.make_opsetid("ai.onnx.ml", 2)])
    score = bias + sum(values[leaves(golden, f, b)].astype(np.float64) for f, b, values in trees)
    one, zero = 1 / (1 + np.exp(-score)), 1 / (1 + np.exp(score))
    recipe.write(
        out, name, proto, golden, {"label": (one > zero).astype(np.int64), "probabilities": np.stack([zero, one], axis=1)},
        description="Is it a male? Oblivious trees in the form of CatBoost's export.")


def network(x, y):
    """A network with one hidden layer: mean, deviation, and the weights of both layers, as Keras keeps them."""
    random = np.random.default_rng(7)
    mean, deviation = np.nanmean(x, axis=0).astype(np.float32), np.nanstd(x, axis=0).astype(np.float32)
    first = random.normal(0, 0.5, (x.shape[1], 8)).astype(np.float32)
    hidden = np.maximum(np.nan_to_num((x - mean) / deviation) @ first, 0)
    second, *_ = np.linalg.lstsq(np.c_[hidden, np.ones(len(y))], 4.0 * y - 2.0, rcond=None)
    return mean, deviation, first, np.zeros(8, np.float32), second[:-1, None].astype(np.float32), second[-1:].astype(np.float32)


def answers(weights, rows):
    mean, deviation, first, bias, second, last = (w.astype(np.float64) for w in weights)
    hidden = np.maximum(np.nan_to_num((rows - mean) / deviation) @ first + bias, 0)
    return 1 / (1 + np.exp(-(hidden @ second + last)))[:, 0]


def keras(weights, golden, out):
    mean, deviation, first, bias, second, last = weights
    layer = "StatefulPartitionedCall/sequential_1/"
    names = [layer + "normalization_1/Sub/y:0", layer + "normalization_1/Sqrt:0", layer + "dense_1/MatMul/ReadVariableOp:0",
             layer + "dense_1/Add/ReadVariableOp:0", layer + "dense_2/MatMul/ReadVariableOp:0", layer + "dense_2/Add/ReadVariableOp:0",
             layer + "zeros_like:0"]
    values = [mean[None, :], deviation[None, :], first, bias, second, last, np.zeros(1, np.float32)]
    at = [layer + part for part in (
        "normalization_1/Sub:0", "normalization_1/truediv:0", "IsNan:0", "SelectV2:0", "dense_1/MatMul:0", "dense_1/Add:0", "dense_1/Relu:0",
        "dense_2/MatMul:0", "dense_2/Add:0", "dense_2/Sigmoid:0")]
    make = helper.make_node
    nodes = [
        make("Sub", ["measures", names[0]], [at[0]]), make("Div", [at[0], names[1]], [at[1]]), make("IsNaN", [at[1]], [at[2]]),
        make("Where", [at[2], names[6], at[1]], [at[3]]), make("MatMul", [at[3], names[2]], [at[4]]), make("Add", [at[4], names[3]], [at[5]]),
        make("Relu", [at[5]], [at[6]]), make("MatMul", [at[6], names[4]], [at[7]]), make("Add", [at[7], names[5]], [at[8]]),
        make("Sigmoid", [at[8]], [at[9]]), make("Identity", [at[9]], ["output_0"])]
    graph = helper.make_graph(
        nodes, "tf2onnx", [helper.make_tensor_value_info("measures", TensorProto.FLOAT, ["unk__8", len(mean)])],
        [helper.make_tensor_value_info("output_0", TensorProto.FLOAT, ["unk__9", 1])],
        [numpy_helper.from_array(value, name) for name, value in zip(names, values)])
    proto = helper.make_model(
        graph, producer_name="tf2onnx", ir_version=8, opset_imports=[helper.make_opsetid("", 17), helper.make_opsetid("ai.onnx.ml", 2)])
    recipe.write(
        out, "keras_form", proto, golden, {"output_0": answers(weights, golden)},
        description="Is it a male? A Keras network in the form of tf2onnx.")


def pytorch(weights, golden, out):
    """The newer exporter keeps weights in model.onnx.data, beside the graph."""
    mean, deviation, first, bias, second, last = weights
    make = helper.make_node
    values = {"mean": mean, "deviation": deviation, "layers.0.weight": first.T.copy(), "layers.0.bias": bias,
              "layers.2.weight": second.T.copy(), "layers.2.bias": last, "val_0": np.float32(0)}
    nodes = [
        make("Sub", ["measures", "mean"], ["sub"]), make("Div", ["sub", "deviation"], ["div"]), make("IsNaN", ["div"], ["isnan"]),
        make("Where", ["isnan", "val_0", "div"], ["where"]),
        make("Gemm", ["where", "layers.0.weight", "layers.0.bias"], ["linear"], alpha=1.0, beta=1.0, transB=1), make("Relu", ["linear"], ["relu"]),
        make("Gemm", ["relu", "layers.2.weight", "layers.2.bias"], ["linear_1"], alpha=1.0, beta=1.0, transB=1), make("Sigmoid", ["linear_1"], ["male"])]
    graph = helper.make_graph(
        nodes, "main_graph", [helper.make_tensor_value_info("measures", TensorProto.FLOAT, ["s0", len(mean)])],
        [helper.make_tensor_value_info("male", TensorProto.FLOAT, ["s0", 1])],
        [numpy_helper.from_array(value, name) for name, value in values.items()])
    proto = helper.make_model(graph, producer_name="pytorch", producer_version="2.9.0", ir_version=10, opset_imports=[helper.make_opsetid("", 18)])
    recipe.write(
        out, "pytorch_external", proto, golden, {"male": answers(weights, golden)},
        description="Is it a male? A PyTorch network with its weights beside it, in the form of torch.onnx.export(dynamo=True).")
    folder = recipe.folder(out, "pytorch_external")
    (folder / "model.onnx.data").unlink(missing_ok=True)
    onnx.save_model(proto, folder / "model.onnx", save_as_external_data=True, location="model.onnx.data", size_threshold=0)


def main(data, out):
    x, y, golden = recipe.data(data)
    catboost(x, y, golden, out, "catboost_form", 0.0)
    catboost(x, y, golden, out, "catboost_bias", 0.0625)    # boost_from_average=True; float32 holds it exactly
    weights = network(x, y)
    keras(weights, golden, out)
    pytorch(weights, golden, out)


if __name__ == "__main__":
    main(*recipe.arguments())
