#!/usr/bin/env python3
"""Writes the models that the benchmarks run.

    /usr/bin/python3 make_models.py        (Debian: python3-onnx 1.17, python3-numpy 2.2)

mlp32.onnx    input x float [N,32]; output y float [N,1]
mlpcols.onnx  inputs f0..f31 float [N,1], joined by one Concat; the same weights; output y float [N,1]
trees100.onnx input x float [N,32]; 100 full trees of depth 4 with random splits; output y float [N,1]
words.onnx    input word string [N,1], one of 64 words, which a LabelEncoder maps to output y float [N,1]
first.onnx    input x float [N,32]; output y float [1,32], the first row: next to nothing to compute

mlp32.onnx and mlpcols.onnx are one MLP 32-64-32-1. All weights are random with a fixed seed (their values do not change the speed); the same bytes each time.
"""

from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

MODELS = Path(__file__).resolve().parents[1] / "resources" / "io" / "mlops4j" / "bench" / "models"
WIDTHS = [32, 64, 32, 1]
SEED = 2001
TREES, DEPTH = 100, 4
WORDS = 64


def value(name, *shape):
    return helper.make_tensor_value_info(name, TensorProto.FLOAT, list(shape))


def layers():
    """Nodes and weights from `x` to `y`: Gemm, Relu, Gemm, Relu, Gemm."""
    random = np.random.Generator(np.random.PCG64(SEED))
    nodes, constants, current = [], [], "x"
    last = len(WIDTHS) - 2
    for layer, (rows, columns) in enumerate(zip(WIDTHS, WIDTHS[1:])):
        w = random.normal(0, (2 / rows) ** 0.5, (rows, columns)).astype(np.float32)
        b = random.normal(0, 0.1, columns).astype(np.float32)
        constants += [numpy_helper.from_array(w, f"w{layer}"), numpy_helper.from_array(b, f"b{layer}")]
        target = "y" if layer == last else f"h{layer}"
        nodes.append(helper.make_node("Gemm", [current, f"w{layer}", f"b{layer}"], [target]))
        if layer != last:
            nodes.append(helper.make_node("Relu", [target], [f"r{layer}"]))
            current = f"r{layer}"
    return nodes, constants


def trees():
    """Node ids of a full tree count from its root level by level: the children of i are 2i+1 and 2i+2."""
    random = np.random.Generator(np.random.PCG64(SEED))
    inner, leaves = 2**DEPTH - 1, 2**DEPTH
    each = inner + leaves
    ids = [i for _ in range(TREES) for i in range(each)]
    is_leaf = [i >= inner for i in ids]
    leaf_trees = [t for t in range(TREES) for _ in range(leaves)]
    leaf_ids = [i for _ in range(TREES) for i in range(inner, each)]
    return helper.make_node(
        "TreeEnsembleRegressor", ["x"], ["y"], domain="ai.onnx.ml", n_targets=1,
        nodes_treeids=[t for t in range(TREES) for _ in range(each)],
        nodes_nodeids=ids,
        nodes_modes=["LEAF" if leaf else "BRANCH_LEQ" for leaf in is_leaf],
        nodes_featureids=[0 if leaf else int(random.integers(0, WIDTHS[0])) for leaf in is_leaf],
        nodes_values=[0.0 if leaf else float(np.float32(random.normal(0, 0.7))) for leaf in is_leaf],
        nodes_truenodeids=[0 if leaf else 2 * i + 1 for i, leaf in zip(ids, is_leaf)],
        nodes_falsenodeids=[0 if leaf else 2 * i + 2 for i, leaf in zip(ids, is_leaf)],
        target_treeids=leaf_trees, target_nodeids=leaf_ids, target_ids=[0] * len(leaf_ids),
        target_weights=[float(np.float32(random.normal())) for _ in leaf_ids])


def words():
    return helper.make_node(
        "LabelEncoder", ["word"], ["y"], domain="ai.onnx.ml", default_float=-1.0,
        keys_strings=[f"category {i}" for i in range(WORDS)], values_floats=[i / 8 for i in range(WORDS)])


def first():
    """Only the first row is looked at, so that a call costs what handing in the rows costs."""
    constants = [numpy_helper.from_array(np.array([i], np.int64), n) for n, i in (("from", 0), ("to", 1))]
    return helper.make_node("Slice", ["x", "from", "to"], ["y"]), constants


def wide():
    """32-1024-1024-1 whose weights are waves that ONNX Runtime folds while it opens the model: a small file."""
    nodes, constants, current = [], [], "x"
    for layer, (rows, columns) in enumerate(((32, 1024), (1024, 1024), (1024, 1))):
        n = f"{layer}"
        constants += [
            numpy_helper.from_array(np.array(v, dtype), name + n)
            for name, v, dtype in (("from", 0, np.float32), ("to", rows * columns, np.float32), ("by", 1, np.float32),
                                   ("shape", [rows, columns], np.int64), ("wave", 0.7 + layer, np.float32),
                                   ("scale", (2 / rows) ** 0.5, np.float32))]
        nodes += [
            helper.make_node("Range", ["from" + n, "to" + n, "by" + n], ["f" + n]),
            helper.make_node("Mul", ["f" + n, "wave" + n], ["m" + n]),
            helper.make_node("Sin", ["m" + n], ["s" + n]),
            helper.make_node("Mul", ["s" + n, "scale" + n], ["v" + n]),
            helper.make_node("Reshape", ["v" + n, "shape" + n], ["w" + n]),
            helper.make_node("MatMul", [current, "w" + n], ["y" if layer == 2 else "h" + n]),
        ]
        if layer < 2:
            nodes.append(helper.make_node("Relu", ["h" + n], ["r" + n]))
            current = "r" + n
    return nodes, constants


def save(name, nodes, inputs, constants, output=None):
    graph = helper.make_graph(nodes, name, inputs, [output or value("y", "N", 1)], constants)
    opsets = [helper.make_opsetid("", 17)]
    if any(node.domain for node in nodes):
        opsets.append(helper.make_opsetid("ai.onnx.ml", 3))
    model = helper.make_model(graph, opset_imports=opsets, ir_version=8, producer_name="mlops4j-bench")
    onnx.checker.check_model(model, full_check=True)
    (MODELS / f"{name}.onnx").write_bytes(model.SerializeToString(deterministic=True))


def main():
    MODELS.mkdir(parents=True, exist_ok=True)
    nodes, constants = layers()
    save("mlp32", nodes, [value("x", "N", 32)], constants)
    names = [f"f{i}" for i in range(WIDTHS[0])]
    concat = helper.make_node("Concat", names, ["x"], axis=1)
    save("mlpcols", [concat, *nodes], [value(n, "N", 1) for n in names], constants)
    save("trees100", [trees()], [value("x", "N", 32)], [])
    save("words", [words()], [helper.make_tensor_value_info("word", TensorProto.STRING, ["N", 1])], [])
    slice_first, constants = first()
    nodes_wide, constants_wide = wide()
    save("mlpwide", nodes_wide, [value("x", "N", 32)], constants_wide)
    save("first", [slice_first], [value("x", "N", 32)], constants, value("y", 1, 32))


if __name__ == "__main__":
    main()
