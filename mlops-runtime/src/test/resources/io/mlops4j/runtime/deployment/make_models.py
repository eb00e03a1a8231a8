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


def picky(name, add):
    """x float [N] -> y float [N] = x + add, but a number from -100 to 0 makes the run fail (an index
    outside of a table), and a smaller one makes it hang (2^62 turns of a loop)"""
    def constant(label, number, type):
        return numpy_helper.from_array(np.array(number, dtype=type), label)

    body = helper.make_graph(
        [helper.make_node("Identity", ["go"], ["go_on"]), helper.make_node("Add", ["v", "one"], ["v_next"])],
        "body",
        [
            helper.make_tensor_value_info("turn", TensorProto.INT64, []),
            helper.make_tensor_value_info("go", TensorProto.BOOL, []),
            helper.make_tensor_value_info("v", TensorProto.FLOAT, ["N"]),
        ],
        [
            helper.make_tensor_value_info("go_on", TensorProto.BOOL, []),
            helper.make_tensor_value_info("v_next", TensorProto.FLOAT, ["N"]),
        ],
        [constant("one", [1], np.float32)],
    )
    nodes = [
        helper.make_node("LessOrEqual", ["x", "far"], ["is_far"]),
        helper.make_node("Cast", ["is_far"], ["far_number"], to=TensorProto.INT64),
        helper.make_node("ReduceMax", ["far_number"], ["hang"], keepdims=0),
        helper.make_node("Mul", ["hang", "many"], ["turns"]),
        helper.make_node("Less", ["x", "zero"], ["is_below"]),
        helper.make_node("Greater", ["x", "far"], ["is_near"]),
        helper.make_node("And", ["is_below", "is_near"], ["is_bad"]),
        helper.make_node("Cast", ["is_bad"], ["bad_number"], to=TensorProto.INT64),
        helper.make_node("ReduceMax", ["bad_number"], ["index"], keepdims=0),
        helper.make_node("Gather", ["table", "index"], ["add"]),
        helper.make_node("Loop", ["turns", "true", "x"], ["looped"], body=body),
        helper.make_node("Add", ["looped", "add"], ["y"]),
    ]
    graph = helper.make_graph(
        nodes,
        name,
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["N"])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, ["N"])],
        [
            constant("far", -100, np.float32),
            constant("zero", 0, np.float32),
            constant("many", 2**62, np.int64),
            constant("table", [add], np.float32),
            constant("true", True, bool),
        ],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    checker.check_model(model, full_check=True)
    (HERE / f"{name}.onnx").write_bytes(model.SerializeToString(deterministic=True))


for number in (4, 5):
    picky(f"picky{number}", number)
