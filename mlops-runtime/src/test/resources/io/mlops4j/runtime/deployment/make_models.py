#!/usr/bin/env python3
"""Writes the models that the tests of io.mlops4j.runtime.deployment swap.

Run with Debian's Python (python3-onnx 1.17): /usr/bin/python3 make_models.py
"""

from pathlib import Path

import numpy as np
from onnx import TensorProto, checker, helper, numpy_helper

HERE = Path(__file__).resolve().parent


def save(name, add, output="y", column="x", type=TensorProto.FLOAT, more=()):
    """column type [N] -> output type [N] = column + add, and copies of it"""
    outputs = [output, *more]
    graph = helper.make_graph(
        [helper.make_node("Add", [column, "c"], [each]) for each in outputs],
        name,
        [helper.make_tensor_value_info(column, type, ["N"])],
        [helper.make_tensor_value_info(each, type, ["N"]) for each in outputs],
        [numpy_helper.from_array(np.array([add], dtype=helper.tensor_dtype_to_np_dtype(type)), "c")],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    checker.check_model(model, full_check=True)
    (HERE / f"{name}.onnx").write_bytes(model.SerializeToString(deterministic=True))


for number in (1, 2, 3):
    save(f"plus{number}", number)
save("renamed", 1, "z")
save("nan", float("nan"))
save("more", 4, more=("z",))
save("double", 5, type=TensorProto.DOUBLE)
save("other_input", 6, column="w")


def root():
    """x float [N] -> y float [N] = the root of x: a number for zero, NaN below it"""
    graph = helper.make_graph(
        [helper.make_node("Sqrt", ["x"], ["y"])],
        "root",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["N"])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, ["N"])],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    checker.check_model(model, full_check=True)
    (HERE / "root.onnx").write_bytes(model.SerializeToString(deterministic=True))


root()
