#!/usr/bin/env python3
"""Writes the small ONNX models and the expected values that the tests of mlops-runtime use.

Run with Debian's Python (python3-onnx 1.17, python3-onnxruntime 1.21, python3-numpy):

    /usr/bin/python3 make_models.py

It writes beside itself and gives the same bytes each time. The expected values are computed with
NumPy from the weights, never by the library under test; ONNX Runtime's Python binding is asked only
to confirm them. (Debian's onnxruntime and onnx share a library and print "Schema error" lines on
stderr when both are imported: harmless.)
"""

import json
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper

HERE = Path(__file__).resolve().parent
OPSETS = [helper.make_opsetid("", 17), helper.make_opsetid("ai.onnx.ml", 3)]

FLOAT, DOUBLE = TensorProto.FLOAT, TensorProto.DOUBLE
INT32, INT64 = TensorProto.INT32, TensorProto.INT64
BOOL, STRING = TensorProto.BOOL, TensorProto.STRING

# Small halves and integers: every product and sum is exact in float32.
W1 = np.array([[1, 0, -1], [2, 1, 0], [0, -1, 1], [0.5, 0.5, 0.5]], dtype=np.float32)
B1 = np.array([0.5, -1, 0], dtype=np.float32)
W2 = np.array([[1, -1], [2, 0], [0, 3]], dtype=np.float32)
B2 = np.array([0.25, -0.25], dtype=np.float32)
X = np.array([[1, 2, 3, 4], [0, 0, 0, 0], [-1, -2, -3, -4], [0.5, -0.5, 2, 8], [-1, 4, 0, 0]], dtype=np.float32)


def value(name, element, *shape):
    return helper.make_tensor_value_info(name, element, list(shape))


def weights(name, array):
    return numpy_helper.from_array(array, name)


def save(name, nodes, inputs, outputs, initialisers=()):
    graph = helper.make_graph(nodes, name, inputs, outputs, list(initialisers))
    model = helper.make_model(graph, opset_imports=OPSETS, ir_version=8, producer_name="mlops4j-tests")
    onnx.checker.check_model(model, full_check=True)
    (HERE / f"{name}.onnx").write_bytes(model.SerializeToString(deterministic=True))


def run(name, **feeds):
    session = onnxruntime.InferenceSession(HERE / f"{name}.onnx", providers=["CPUExecutionProvider"])
    names = [o.name for o in session.get_outputs()]
    return dict(zip(names, session.run(names, feeds)))


def agree(name, got, expected):
    assert np.array_equal(got, expected), f"{name}: {got} != {expected}"


def mlp(rows="N", last_bias=B2):
    nodes = [
        helper.make_node("Gemm", ["x", "w1", "b1"], ["hidden"]),
        helper.make_node("Relu", ["hidden"], ["positive"]),
        helper.make_node("Gemm", ["positive", "w2", "b2"], ["y"]),
    ]
    constants = [weights("w1", W1), weights("b1", B1), weights("w2", W2), weights("b2", last_bias)]
    return nodes, [value("x", FLOAT, rows, 4)], [value("y", FLOAT, rows, 2)], constants


def mlp_expected(x):
    return np.maximum(x @ W1 + B1, 0) @ W2 + B2


def make_mlps():
    save("mlp4", *mlp())
    save("mlp4_wrong", *mlp(last_bias=B2 + np.float32(1)))
    save("fixed_batch8", *mlp(rows=8))
    agree("mlp4", run("mlp4", x=X)["y"], mlp_expected(X))
    agree("mlp4_wrong", run("mlp4_wrong", x=X)["y"], mlp_expected(X) + 1)
    eight = np.vstack([X, X[:3]])
    agree("fixed_batch8", run("fixed_batch8", x=eight)["y"], mlp_expected(eight))
    return {"x": X.tolist(), "y": mlp_expected(X).tolist(), "y_wrong": (mlp_expected(X) + 1).tolist()}


COLUMNS = {"f": FLOAT, "d": DOUBLE, "i": INT32, "l": INT64, "b": BOOL, "s": STRING}


def make_columns():
    """Six inputs [N] of six types, each given back as <name>_out; total adds the four numbers."""
    nodes = [helper.make_node("Identity", [c], [f"{c}_out"]) for c in COLUMNS]
    nodes += [helper.make_node("Cast", [c], [f"{c}_double"], to=DOUBLE) for c in ("f", "i", "l")]
    nodes += [helper.make_node("Sum", ["d", "f_double", "i_double", "l_double"], ["total"])]
    inputs = [value(c, t, "N") for c, t in COLUMNS.items()]
    outputs = [value(f"{c}_out", t, "N") for c, t in COLUMNS.items()] + [value("total", DOUBLE, "N")]
    save("columns", nodes, inputs, outputs)


def make_columns2d():
    """As most exporters write it: every input is [N,1]."""
    nodes = [
        helper.make_node("Cast", ["i"], ["i_float"], to=FLOAT),
        helper.make_node("Concat", ["f", "i_float"], ["both"], axis=1),
        helper.make_node("ReduceSum", ["both", "axis"], ["sum"], keepdims=1),
    ]
    save(
        "columns2d",
        nodes,
        [value("f", FLOAT, "N", 1), value("i", INT64, "N", 1)],
        [value("sum", FLOAT, "N", 1)],
        [weights("axis", np.array([1], dtype=np.int64))],
    )


NAMES = ["on time", "late", "früh ✈", ""]


def make_strings_out():
    node = helper.make_node(
        "LabelEncoder", ["code"], ["label"], domain="ai.onnx.ml",
        keys_int64s=range(len(NAMES)), values_strings=NAMES, default_string="unknown")
    save("strings_out", [node], [value("code", INT64, "N")], [value("label", STRING, "N")])
    agree("strings_out", run("strings_out", code=np.array([1, 0, 2, 3, 9]))["label"], ["late", "on time", "früh ✈", "", "unknown"])


def make_dynamic():
    """The number of output rows depends on the values: the rows of x that are not zero, and where they were."""
    nodes = [
        helper.make_node("NonZero", ["x"], ["where"]),
        helper.make_node("Reshape", ["where", "flat"], ["index"]),
        helper.make_node("Gather", ["x", "index"], ["kept"]),
    ]
    save(
        "dynamic",
        nodes,
        [value("x", FLOAT, "N")],
        [value("index", INT64, "M"), value("kept", FLOAT, "M")],
        [weights("flat", np.array([-1], dtype=np.int64))],
    )
    got = run("dynamic", x=np.array([0, 2, 0, -3, 0], dtype=np.float32))
    agree("dynamic", got["index"], [1, 3])
    agree("dynamic", got["kept"], [2, -3])


def classifier_node():
    return helper.make_node(
        "LinearClassifier", ["x"], ["label", "probabilities"], domain="ai.onnx.ml",
        coefficients=[1.0, 0.0, -1.0, 0.0, 1.0, -1.0], intercepts=[0.0, 0.5, 0.0],
        classlabels_ints=[0, 1, 2], post_transform="SOFTMAX")


def make_classifiers():
    """Label and probabilities of three classes, as a matrix and as the sequence of maps of ZipMap."""
    x = [value("x", FLOAT, "N", 2)]
    label = value("label", INT64, "N")
    save("classifier", [classifier_node()], x, [label, value("probabilities", FLOAT, "N", 3)])
    zipmap = helper.make_node("ZipMap", ["probabilities"], ["byclass"], domain="ai.onnx.ml", classlabels_int64s=[0, 1, 2])
    maps = helper.make_value_info("byclass", helper.make_sequence_type_proto(
        helper.make_map_type_proto(INT64, helper.make_tensor_type_proto(FLOAT, []))))
    save("classifier_zipmap", [classifier_node(), zipmap], x, [label, maps])

    rows = np.array([[2, 0], [0, 1], [-2, -2], [0, 0]], dtype=np.float32)
    scores = rows.astype(np.float64) @ np.array([[1, -1, 1], [0, 0, -1]]) + np.array([0, 0.5, 0])
    softmax = np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)
    got = run("classifier", x=rows)
    agree("classifier", got["label"], softmax.argmax(axis=1))
    assert np.allclose(got["probabilities"], softmax, atol=1e-6)
    return {"x": rows.tolist(), "label": softmax.argmax(axis=1).tolist(), "probabilities": softmax.tolist()}


def make_endless():
    """A Loop that ends after 2^62 turns, in practice never: only a deadline or a cancel stops it."""
    body = helper.make_graph(
        [helper.make_node("Identity", ["go"], ["go_on"]), helper.make_node("Add", ["v", "one"], ["v_next"])],
        "body",
        [value("turn", INT64), value("go", BOOL), value("v", FLOAT, "N")],
        [value("go_on", BOOL), value("v_next", FLOAT, "N")],
        [weights("one", np.array([1], dtype=np.float32))],
    )
    nodes = [helper.make_node("Loop", ["turns", "true", "x"], ["y"], body=body)]
    constants = [weights("turns", np.array(2**62, dtype=np.int64)), weights("true", np.array(True))]
    save("endless", nodes, [value("x", FLOAT, "N")], [value("y", FLOAT, "N")], constants)


def make_folded():
    """Work on constants, which ONNX Runtime does while it opens a model: a little, some seconds of it, and a fault."""
    x, y = [value("x", FLOAT, "N")], [value("y", FLOAT, "N")]
    fault = [
        helper.make_node("Gather", ["table", "outside"], ["nothing"]),
        helper.make_node("Add", ["x", "nothing"], ["y"]),
    ]
    save("fault", fault, x, y, [
        weights("table", np.array([1, 2, 3], dtype=np.float32)), weights("outside", np.array([7], dtype=np.int64))])

    little = [helper.make_node("Add", ["one", "two"], ["three"]), helper.make_node("Add", ["x", "three"], ["y"])]
    save("folded", little, x, y, [
        weights("one", np.array([1], dtype=np.float32)), weights("two", np.array([2], dtype=np.float32))])
    agree("folded", run("folded", x=np.array([4], dtype=np.float32))["y"], [7])

    # A square of equal values whose product with itself is itself.
    size, products = 1000, 100
    share = numpy_helper.from_array(np.array([1 / size], dtype=np.float32))
    nodes = [helper.make_node("ConstantOfShape", ["square"], ["p0"], value=share)]
    nodes += [helper.make_node("MatMul", ["p0", f"p{i}"], [f"p{i + 1}"]) for i in range(products)]
    nodes += [
        helper.make_node("ReduceSum", [f"p{products}"], ["sum"], keepdims=0),
        helper.make_node("Add", ["x", "sum"], ["y"]),
    ]
    save("folded_products", nodes, x, y, [weights("square", np.array([size, size], dtype=np.int64))])


def main():
    expected = {"mlp4": make_mlps(), "classifier": make_classifiers()}
    make_columns()
    make_columns2d()
    make_strings_out()
    make_dynamic()
    make_endless()
    make_folded()
    (HERE / "expected.json").write_text(json.dumps(expected, indent=1) + "\n")


if __name__ == "__main__":
    main()
