#!/usr/bin/env python3
"""Writes the models that only the tests of the ONNX engine use: element types and awkward signatures.

Run with Debian's Python (python3-onnx 1.17, python3-numpy):

    /usr/bin/python3 make_engine_models.py

It writes beside itself and gives the same bytes each time.
"""

from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

HERE = Path(__file__).resolve().parent
OPSETS = [helper.make_opsetid("", 17)]
ML_OPSETS = [*OPSETS, helper.make_opsetid("ai.onnx.ml", 3)]
FLOAT, INT64, BOOL = TensorProto.FLOAT, TensorProto.INT64, TensorProto.BOOL


def value(name, element, *shape):
    return helper.make_tensor_value_info(name, element, list(shape))


def weights(name, array):
    return numpy_helper.from_array(array, name)


def save(name, nodes, inputs, outputs, initialisers=(), check=True, opsets=OPSETS):
    graph = helper.make_graph(nodes, name, inputs, outputs, list(initialisers))
    model = helper.make_model(graph, opset_imports=opsets, ir_version=8, producer_name="mlops4j-tests")
    if check:
        onnx.checker.check_model(model, full_check=True)
    (HERE / f"{name}.onnx").write_bytes(model.SerializeToString(deterministic=True))


TYPES = {
    "float32": TensorProto.FLOAT,
    "float64": TensorProto.DOUBLE,
    "float16": TensorProto.FLOAT16,
    "bfloat16": TensorProto.BFLOAT16,
    "int8": TensorProto.INT8,
    "int16": TensorProto.INT16,
    "int32": TensorProto.INT32,
    "int64": TensorProto.INT64,
    "uint8": TensorProto.UINT8,
    "bool": TensorProto.BOOL,
    "string": TensorProto.STRING,
}


def make_types():
    """One model per element type: the input unchanged, and beside itself."""
    for name, element in TYPES.items():
        save(
            f"type_{name}",
            [helper.make_node("Identity", ["x"], ["same"]), helper.make_node("Concat", ["x", "x"], ["twice"], axis=1)],
            [value("x", element, "N", 3)],
            [value("same", element, "N", 3), value("twice", element, "N", 6)],
        )


def make_unsigned():
    """Types that ONNX Runtime's Java API reads but cannot make."""
    wide = {"u16": TensorProto.UINT16, "u32": TensorProto.UINT32, "u64": TensorProto.UINT64}
    save(
        "unsigned_out",
        [helper.make_node("Cast", ["x"], [n], to=t) for n, t in wide.items()],
        [value("x", INT64, "N")],
        [value(n, t, "N") for n, t in wide.items()],
    )
    save("unsigned_in", [helper.make_node("Cast", ["count"], ["y"], to=FLOAT)],
         [value("count", TensorProto.UINT16, "N")], [value("y", FLOAT, "N")])


def make_refused():
    tensor = helper.make_tensor_type_proto(FLOAT, ["N"])
    maybe = helper.make_value_info("maybe", helper.make_optional_type_proto(tensor))
    save("optional_in", [helper.make_node("OptionalGetElement", ["maybe"], ["y"])],
         [value("x", FLOAT, "N"), maybe], [value("y", FLOAT, "N")], check=False)
    parts = helper.make_value_info("parts", helper.make_sequence_type_proto(tensor))
    save("sequence_in", [helper.make_node("ConcatFromSequence", ["parts"], ["y"], axis=0)],
         [parts], [value("y", FLOAT, "M")])


def make_shapes():
    # As scikit-learn's exporters write it: no dimension has a name, so no shape is known before the run.
    unnamed = weights("w", np.arange(8, dtype=np.float32).reshape(4, 2))
    save("unnamed", [helper.make_node("MatMul", ["x", "w"], ["y"])],
         [value("x", FLOAT, None, 4)], [value("y", FLOAT, None, 2)], [unnamed])
    # The output is said to have as many rows as the input, but has as many as there are non-zeros.
    save("lying",
         [helper.make_node("NonZero", ["x"], ["where"]), helper.make_node("Reshape", ["where", "flat"], ["index"]),
          helper.make_node("Gather", ["x", "index"], ["kept"]), helper.make_node("Neg", ["x"], ["minus"])],
         [value("x", FLOAT, "N")], [value("kept", FLOAT, "N"), value("minus", FLOAT, "N")],
         [weights("flat", np.array([-1], dtype=np.int64))])
    # Outputs that no operator makes: an input and a constant.
    save("passthrough", [helper.make_node("Neg", ["x"], ["minus"])],
         [value("x", FLOAT, "N")], [value("x", FLOAT, "N"), value("c", FLOAT, 3), value("minus", FLOAT, "N")],
         [weights("c", np.array([1, 2, 3], dtype=np.float32))], check=False)
    save("scalar", [helper.make_node("Add", ["x", "x"], ["y"])], [value("x", FLOAT)], [value("y", FLOAT)])
    save("huge_out", [helper.make_node("Expand", ["x", "size"], ["y"])],
         [value("x", FLOAT, "N", 1)], [value("y", FLOAT, "N", 1_000_000)],
         [weights("size", np.array([1, 1_000_000], dtype=np.int64))])
    # Dimensions of one name that the model itself does not hold to.
    save("two_inputs", [helper.make_node("Concat", ["a", "b"], ["y"], axis=0)],
         [value("a", FLOAT, "N"), value("b", FLOAT, "N")], [value("y", FLOAT, "M")])


def make_failing():
    """Fails while it runs, for values that its signature allows: an index beyond the table."""
    save("lookup", [helper.make_node("Gather", ["table", "index"], ["y"])],
         [value("index", INT64, "N")], [value("y", FLOAT, "N")],
         [weights("table", np.array([10, 20, 30], dtype=np.float32))])


def make_external():
    """Weights that lie in another file."""
    table = weights("table", np.array([10, 20, 30], dtype=np.float32))
    onnx.external_data_helper.set_external_data(table, "weights.bin", offset=0, length=12)
    table.ClearField("raw_data")
    table.data_location = TensorProto.EXTERNAL
    save("external", [helper.make_node("Gather", ["table", "index"], ["y"])],
         [value("index", INT64, "N")], [value("y", FLOAT, "N")], [table], check=False)


def make_nested():
    """Sequences of tensors, as Arrow-less models give them: pieces of different sizes, and text."""
    tensor = helper.make_tensor_type_proto(FLOAT, [None])
    pieces = helper.make_value_info("pieces", helper.make_sequence_type_proto(tensor))
    save("pieces", [helper.make_node("SplitToSequence", ["x", "sizes"], ["pieces"], axis=0)],
         [value("x", FLOAT, "N"), value("sizes", INT64, "M")], [pieces])


def make_words():
    """A vocabulary with words of every length of UTF-8, and one with a zero inside."""
    encode = helper.make_node("LabelEncoder", ["word"], ["number"], domain="ai.onnx.ml", default_int64=-1,
                              keys_strings=["a", "\u00e9", "\u4e2d", "\U0001f600", "x\0y"], values_int64s=[1, 2, 3, 4, 5])
    save("words", [encode], [value("word", TensorProto.STRING, "N", 1)], [value("number", INT64, "N", 1)], opsets=ML_OPSETS)


def main():
    make_types()
    make_unsigned()
    make_refused()
    make_shapes()
    make_failing()
    make_external()
    make_nested()
    make_words()


if __name__ == "__main__":
    main()
