#!/usr/bin/env python3
"""Writes small ONNX models with inputs and outputs of many ranks, for the tests of mlops-runtime.

Run with Debian's Python (python3-onnx 1.17, python3-onnxruntime 1.21, python3-numpy):

    /usr/bin/python3 make_tensor_models.py

It writes beside itself and gives the same bytes each time. Each model is run once by ONNX Runtime's
Python binding and compared with NumPy. (Debian's onnxruntime and onnx share a library and print
"Schema error" lines on stderr when both are imported: harmless.)
"""

from pathlib import Path

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper

HERE = Path(__file__).resolve().parent
OPSETS = [helper.make_opsetid("", 17)]
UNCHECKED = {"free"}  # the checker wants a shape, ONNX Runtime does not
FLOAT, INT64, STRING = TensorProto.FLOAT, TensorProto.INT64, TensorProto.STRING


def value(name, element, *shape):
    return helper.make_tensor_value_info(name, element, list(shape))


def save(name, nodes, inputs, outputs, constants=()):
    weights = [numpy_helper.from_array(array, key) for key, array in constants]
    graph = helper.make_graph(nodes, name, inputs, outputs, weights)
    model = helper.make_model(graph, opset_imports=OPSETS, ir_version=8, producer_name="mlops4j")
    if name not in UNCHECKED:
        onnx.checker.check_model(model, full_check=True)
    (HERE / f"{name}.onnx").write_bytes(model.SerializeToString(deterministic=True))


def check(name, expected, **inputs):
    session = onnxruntime.InferenceSession(str(HERE / f"{name}.onnx"), providers=["CPUExecutionProvider"])
    for output, want, got in zip(session.get_outputs(), expected, session.run(None, inputs)):
        assert np.array_equal(want, got), (name, output.name, want, got)


def node(kind, inputs, outputs, **attributes):
    return helper.make_node(kind, inputs, outputs, **attributes)


def main():
    # Rows of matrices, as images are.
    save("matrices", [node("Neg", ["x"], ["y"]), node("ReduceSum", ["x", "axes"], ["sum"], keepdims=0)],
         [value("x", FLOAT, "N", 2, 3)], [value("y", FLOAT, "N", 2, 3), value("sum", FLOAT, "N")],
         [("axes", np.array([1, 2]))])
    x = np.arange(12, dtype=np.float32).reshape(2, 2, 3)
    check("matrices", [-x, x.sum(axis=(1, 2))], x=x)

    # Two open dimensions after the first, and symbols that two inputs share.
    save("shared", [node("Mul", ["x", "w"], ["y"])],
         [value("x", FLOAT, "N", "A", "B"), value("w", FLOAT, "A", "B")], [value("y", FLOAT, "N", "A", "B")])
    check("shared", [x[:1] * x[0]], x=x[:1], w=x[0])

    # Whole inputs: a fixed first dimension that is not the rows, and a scalar.
    save("whole", [node("Transpose", ["x"], ["turned"]), node("Mul", ["x", "t"], ["scaled"]), node("Neg", ["t"], ["minus"])],
         [value("x", FLOAT, 2, 3), value("t", FLOAT)],
         [value("turned", FLOAT, 3, 2), value("scaled", FLOAT, 2, 3), value("minus", FLOAT)])
    t = np.array(2.5, dtype=np.float32)
    check("whole", [x[0].T, x[0] * t, -t], x=x[0], t=t)

    # Nothing goes in.
    save("constant", [node("Identity", ["c"], ["y"]), node("Identity", ["s"], ["words"])], [],
         [value("y", FLOAT, 2, 2), value("words", STRING, 3)],
         [("c", np.array([[1, 2], [3, 4]], dtype=np.float32)), ("s", np.array(["a", "früh ✈", ""], dtype=object))])
    check("constant", [np.array([[1, 2], [3, 4]], dtype=np.float32), np.array(["a", "früh ✈", ""], dtype=object)])

    # One input of any rank (no shape is declared), and one vector whose size is open.
    free = helper.make_tensor_value_info("x", FLOAT, None)
    save("free", [node("Neg", ["x"], ["y"])], [free], [helper.make_tensor_value_info("y", FLOAT, None)])
    for array in (x, x[0], x[0][0], t):
        check("free", [-array], x=array)
    save("signal", [node("ReduceMax", ["x"], ["peak"], keepdims=0), node("Neg", ["x"], ["y"])],
         [value("x", FLOAT, "T")], [value("peak", FLOAT), value("y", FLOAT, "T")])
    check("signal", [x[0][0].max(), -x[0][0]], x=x[0][0])

    # A sequence of the rows, each a vector, and one of texts.
    rows = helper.make_tensor_sequence_value_info("rows", FLOAT, None)
    save("split", [node("SplitToSequence", ["x"], ["rows"], axis=0, keepdims=0)], [value("x", FLOAT, "N", 2)], [rows])

    # Texts of rank 2, given back.
    save("texts", [node("Identity", ["s"], ["t"]), node("Concat", ["s", "s"], ["u"], axis=1)],
         [value("s", STRING, "N", 2)], [value("t", STRING, "N", 2), value("u", STRING, "N", 4)])

    # Rows of an open length.
    save("lengths", [node("ReduceSum", ["x", "axes"], ["sum"], keepdims=0)],
         [value("x", FLOAT, "N", "L")], [value("sum", FLOAT, "N")], [("axes", np.array([1]))])
    check("lengths", [x[0].sum(axis=1)], x=x[0])

    # Not a row for each row, of which nothing is declared: what is not zero.
    save("nonzero",
         [node("NonZero", ["x"], ["where"]), node("Reshape", ["where", "flat"], ["index"]), node("Gather", ["x", "index"], ["kept"])],
         [value("x", FLOAT, None)], [value("kept", FLOAT, None)], [("flat", np.array([-1]))])
    check("nonzero", [np.array([2, -3], dtype=np.float32)], x=np.array([0, 2, 0, -3], dtype=np.float32))


if __name__ == "__main__":
    main()
