#!/usr/bin/env python3
"""Writes the models that the benchmarks run: one MLP 32-64-32-1, with two ways to hand in its features.

    /usr/bin/python3 make_models.py        (Debian: python3-onnx 1.17, python3-numpy 2.2)

mlp32.onnx    input x float [N,32]; output y float [N,1]
mlpcols.onnx  inputs f0..f31 float [N,1], joined by one Concat; the same weights; output y float [N,1]

The weights are random with a fixed seed (their values do not change the speed); the same bytes each time.
"""

from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

MODELS = Path(__file__).resolve().parents[1] / "resources" / "io" / "mlops4j" / "bench" / "models"
WIDTHS = [32, 64, 32, 1]
SEED = 2001


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


def save(name, nodes, inputs, constants):
    graph = helper.make_graph(nodes, name, inputs, [value("y", "N", 1)], constants)
    model = helper.make_model(
        graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8, producer_name="mlops4j-bench")
    onnx.checker.check_model(model, full_check=True)
    (MODELS / f"{name}.onnx").write_bytes(model.SerializeToString(deterministic=True))


def main():
    MODELS.mkdir(parents=True, exist_ok=True)
    nodes, constants = layers()
    save("mlp32", nodes, [value("x", "N", 32)], constants)
    names = [f"f{i}" for i in range(WIDTHS[0])]
    concat = helper.make_node("Concat", names, ["x"], axis=1)
    save("mlpcols", [concat, *nodes], [value(n, "N", 1) for n in names], constants)


if __name__ == "__main__":
    main()
