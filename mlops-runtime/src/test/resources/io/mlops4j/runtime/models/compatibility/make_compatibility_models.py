#!/usr/bin/env python3
"""Writes the ONNX models of the compatibility kit's jobs; see Job.java for what each must do."""

import pathlib
import sys

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

FLOAT, INT64, STRING, BOOL = TensorProto.FLOAT, TensorProto.INT64, TensorProto.STRING, TensorProto.BOOL


def info(name, kind, *dims):
    return helper.make_tensor_value_info(name, kind, list(dims))


def constant(name, values, kind):
    return numpy_helper.from_array(np.array(values, dtype=kind), name)


def write(folder, name, inputs, outputs, nodes, constants=(), opset=20):
    graph = helper.make_graph(nodes, name, inputs, outputs, list(constants))
    model = helper.make_model(
        graph, ir_version=9, producer_name="mlops4j", opset_imports=[helper.make_opsetid("", opset)]
    )
    onnx.checker.check_model(model, full_check=True)
    (folder / f"{name}.onnx").write_bytes(model.SerializeToString(deterministic=True))


def slow(folder):
    """Counts to the largest n, and gives n back."""
    body = helper.make_graph(
        [
            helper.make_node("Identity", ["go"], ["go_on"]),
            helper.make_node("Add", ["sum", "one"], ["more"]),
        ],
        "body",
        [info("i", INT64), info("go", BOOL), info("sum", FLOAT)],
        [info("go_on", BOOL), info("more", FLOAT)],
    )
    write(
        folder,
        "slow",
        [info("n", INT64, "N")],
        [info("done", INT64, "N")],
        [
            helper.make_node("ReduceMax", ["n"], ["count"], keepdims=0),
            helper.make_node("Loop", ["count", "true", "zero"], ["sum"], body=body),
            helper.make_node("Mul", ["sum", "zero"], ["nothing"]),
            helper.make_node("Cast", ["nothing"], ["nothing64"], to=INT64),
            helper.make_node("Add", ["n", "nothing64"], ["done"]),
        ],
        [
            constant("true", True, np.bool_),
            constant("zero", 0, np.float32),
            constant("one", 1, np.float32),
        ],
    )


def shapes(folder):
    for name, dims in (("scalar", []), ("fixed", [8, 4])):
        write(
            folder,
            name,
            [info("x", FLOAT, *dims)],
            [info("negative", FLOAT, *dims)],
            [helper.make_node("Neg", ["x"], ["negative"])],
        )
    write(
        folder,
        "turn",
        [info("x", FLOAT, "N", "A", "B")],
        [info("turned", FLOAT, "N", "B", "A")],
        [helper.make_node("Transpose", ["x"], ["turned"], perm=[0, 2, 1])],
    )
    write(
        folder,
        "product",
        [info("x", FLOAT, "N", "A"), info("w", FLOAT, "N", "A")],
        [info("product", FLOAT, "N", "A")],
        [helper.make_node("Mul", ["x", "w"], ["product"])],
    )


def main(folder):
    write(
        folder,
        "sum",
        [info("a", FLOAT, "N"), info("b", FLOAT, "N")],
        [info("sum", FLOAT, "N")],
        [helper.make_node("Add", ["a", "b"], ["sum"])],
    )
    write(
        folder,
        "affine",
        [info("x", FLOAT, "N", 4)],
        [info("y", FLOAT, "N", 2)],
        [
            helper.make_node("MatMul", ["x", "weights"], ["product"]),
            helper.make_node("Add", ["product", "bias"], ["y"]),
        ],
        [
            constant("weights", [[1, 2], [-1, 0.5], [0, 3], [2, -1]], np.float32),
            constant("bias", [0.5, -0.25], np.float32),
        ],
    )
    write(
        folder,
        "join",
        [info("a", STRING, "N"), info("b", STRING, "N")],
        [info("joined", STRING, "N")],
        [helper.make_node("StringConcat", ["a", "b"], ["joined"])],
    )
    write(
        folder,
        "lookup",
        [info("index", INT64, "N")],
        [info("value", FLOAT, "N")],
        [helper.make_node("Gather", ["table", "index"], ["value"])],
        [constant("table", [10, 20, 30], np.float32)],
    )
    write(
        folder,
        "nonzero",
        [info("x", FLOAT, "N")],
        [info("index", INT64, "M"), info("kept", FLOAT, "M")],
        [
            helper.make_node("NonZero", ["x"], ["indices"]),
            helper.make_node("Reshape", ["indices", "flat"], ["index"]),
            helper.make_node("Gather", ["x", "index"], ["kept"]),
        ],
        [constant("flat", [-1], np.int64)],
    )
    write(
        folder,
        "two",
        [info("x", FLOAT, "N")],
        [info("square", FLOAT, "N"), info("twice", FLOAT, "N")],
        [
            helper.make_node("Mul", ["x", "x"], ["square"]),
            helper.make_node("Add", ["x", "x"], ["twice"]),
        ],
    )
    slow(folder)
    shapes(folder)


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).parent))
