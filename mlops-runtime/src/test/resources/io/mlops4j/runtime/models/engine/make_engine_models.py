#!/usr/bin/env python3
"""Writes the models that only the tests of the ONNX engine use: element types and awkward signatures.

Run with Debian's Python (python3-onnx 1.17, python3-numpy):

    /usr/bin/python3 make_engine_models.py

It writes beside itself and gives the same bytes each time.
"""

import shutil
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

HERE = Path(__file__).resolve().parent
OPSETS = [helper.make_opsetid("", 17)]
NEW_OPSETS = [helper.make_opsetid("", 21)]
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
    "uint16": TensorProto.UINT16,
    "uint32": TensorProto.UINT32,
    "uint64": TensorProto.UINT64,
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
    """Types that ONNX Runtime's Java API reads but cannot make; of unknown rank, and as numbers."""
    wide = {"u16": TensorProto.UINT16, "u32": TensorProto.UINT32, "u64": TensorProto.UINT64}
    save(
        "unsigned_out",
        [helper.make_node("Cast", ["x"], [n], to=t) for n, t in wide.items()],
        [value("x", INT64, "N")],
        [value(n, t, "N") for n, t in wide.items()],
    )
    names = list(wide)
    save("unsigned_in",
         [helper.make_node("Cast", [n], [f"{n}_double"], to=TensorProto.DOUBLE) for n in names]
         + [helper.make_node("Identity", [n], [f"{n}_same"]) for n in names],
         [helper.make_tensor_value_info(n, wide[n], None) for n in names],
         [helper.make_tensor_value_info(f"{n}_double", TensorProto.DOUBLE, None) for n in names]
         + [helper.make_tensor_value_info(f"{n}_same", wide[n], None) for n in names], check=False)


def make_refused():
    tensor = helper.make_tensor_type_proto(FLOAT, ["N"])
    maybe = helper.make_value_info("maybe", helper.make_optional_type_proto(tensor))
    save("optional_in", [helper.make_node("OptionalGetElement", ["maybe"], ["y"])],
         [value("x", FLOAT, "N"), maybe], [value("y", FLOAT, "N")], check=False)
    parts = helper.make_value_info("parts", helper.make_sequence_type_proto(tensor))
    save("sequence_in", [helper.make_node("ConcatFromSequence", ["parts"], ["y"], axis=0)],
         [parts], [value("y", FLOAT, "M")])
    prices = onnx.ValueInfoProto(name="prices")
    prices.type.map_type.key_type = TensorProto.STRING
    prices.type.map_type.value_type.CopyFrom(helper.make_tensor_type_proto(FLOAT, None))
    save("map_in", [helper.make_node("DictVectorizer", ["prices"], ["y"], domain="ai.onnx.ml", string_vocabulary=["a", "b"])],
         [prices], [value("y", FLOAT, 1, 2)], check=False, opsets=ML_OPSETS)
    sparse = onnx.ValueInfoProto(name="few")
    sparse.type.sparse_tensor_type.elem_type = FLOAT
    save("sparse_in", [helper.make_node("Identity", ["few"], ["y"])], [sparse], [value("y", FLOAT, "N")], check=False)
    for name, element in {"float8": TensorProto.FLOAT8E4M3FN, "int4": TensorProto.INT4, "complex": TensorProto.COMPLEX64}.items():
        save(f"{name}_in", [helper.make_node("Cast", ["odd"], ["y"], to=FLOAT)],
             [value("odd", element, "N")], [value("y", FLOAT, "N")], check=False, opsets=NEW_OPSETS)
    for name, element in {"float8": TensorProto.FLOAT8E4M3FN, "int4": TensorProto.INT4}.items():
        save(f"{name}_out", [helper.make_node("Cast", ["x"], ["odd"], to=element)],
             [value("x", FLOAT, "N")], [value("odd", element, "N")], check=False, opsets=NEW_OPSETS)
    identity = [helper.make_node("Identity", ["x"], ["y"])]
    of_n = [value("x", FLOAT, "N")], [value("y", FLOAT, "N")]
    save("unknown_opset", identity, *of_n, check=False, opsets=[helper.make_opsetid("", 99)])
    save("unknown_op", [helper.make_node("Sparkle", ["x"], ["y"])], *of_n, check=False)
    save("unknown_domain", [helper.make_node("Sparkle", ["x"], ["y"], domain="com.example")], *of_n, check=False,
         opsets=[*OPSETS, helper.make_opsetid("com.example", 3)])


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
    save("any_rank", [helper.make_node("Neg", ["x"], ["y"])], [helper.make_tensor_value_info("x", FLOAT, None)],
         [helper.make_tensor_value_info("y", FLOAT, None)], check=False)
    # An initialiser that a caller could override, if Java could: it stays as it is.
    save("overridable", [helper.make_node("Add", ["x", "bias"], ["y"])],
         [value("bias", FLOAT, 1), value("x", FLOAT, "N")], [value("y", FLOAT, "N")],
         [weights("bias", np.array([0.5], dtype=np.float32))])
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


def external(name, array, file, element=None, raw=None):
    """A tensor whose elements are appended to a file."""
    path = HERE / "external_folder" / file
    raw = array.tobytes() if raw is None else raw
    offset = path.stat().st_size if path.exists() else 0
    with path.open("ab") as out:
        out.write(raw)
    tensor = TensorProto(name=name, dims=array.shape,
                         data_type=helper.np_dtype_to_tensor_dtype(array.dtype) if element is None else element)
    for key, text in {"location": file, "offset": offset, "length": len(raw)}.items():
        tensor.external_data.add(key=key, value=str(text))
    tensor.data_location = TensorProto.EXTERNAL
    return tensor


def make_external_folder():
    """Everything that can lie in other files, in a folder of its own, as exporters write models of many gigabytes."""
    folder = HERE / "external_folder"
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "parts").mkdir(parents=True)
    (folder / "README.txt").write_text("Not a weight.\n")
    main, part = "weights.bin", "parts/more.bin"
    with (folder / main).open("wb") as out:
        out.write(b"\x7f")  # so that nothing is aligned
    four = np.arange(1, 5, dtype=np.float32)
    # Sizes below and above those that ONNX Runtime copies into the model at once.
    initialisers = [
        external("float32", four, main),
        external("large", np.arange(400, dtype=np.float32).reshape(4, 100), part),
        external("float64", four.astype(np.float64) / 8, main),
        external("float16", four.astype(np.float16) * 10, main),
        external("bfloat16", four, main, TensorProto.BFLOAT16, b"".join(v.tobytes()[2:] for v in four)),
        external("int8", np.array([-1, -2, -3, -4], dtype=np.int8), main),
        external("uint16", np.array([65535, 1, 2, 3], dtype=np.uint16), part),
        external("uint64", np.array([1 << 40, 1, 2, 3], dtype=np.uint64), part),
        external("int4", four, main, TensorProto.INT4, b"\x21\xcb"),  # 1, 2, -5, -4
        external("float8", four, part, TensorProto.FLOAT8E4M3FN, bytes([0x38, 0x40, 0x44, 0x48])),  # 1, 2, 3, 4
        external("bool", np.array([True, False, True, False]), main),
        external("nothing", np.zeros((0,), dtype=np.float32), main),
        external("unread", four, main),
        external("number", np.array(1000, dtype=np.float32), main),
    ]
    names = [t.name for t in initialisers if t.name not in ("large", "nothing", "unread", "float32", "number")]
    nodes = [helper.make_node("Cast", [n], [f"{n}_float"], to=FLOAT) for n in names]
    nodes += [
        helper.make_node("Concat", ["float32", "nothing"], ["float32_float"], axis=0),
        helper.make_node("Constant", [], ["constant"], value=external("", four * 3, part)),
        helper.make_node("MatMul", ["x", "large"], ["product"]),
    ]
    then = helper.make_graph([helper.make_node("Add", ["x", "inner"], ["then"])], "then", [], [value("then", FLOAT, 1, 4)],
                             [external("inner", four * 7, main)])
    other = helper.make_graph([helper.make_node("Add", ["x", "float32"], ["else"])], "else", [], [value("else", FLOAT, 1, 4)])
    nodes.append(helper.make_node("If", ["branch"], ["chosen"], then_branch=then, else_branch=other))
    nodes.append(helper.make_node("Shifted", ["x"], ["shifted"], domain="local"))
    nodes.append(helper.make_node("Add", ["x", "number"], ["numbered"]))
    shifted = helper.make_function("local", "Shifted", ["a"], ["b"],
                                   [helper.make_node("Constant", [], ["by"], value=external("by", four * 9, main)),
                                    helper.make_node("Add", ["a", "by"], ["b"])], NEW_OPSETS)
    sparse = helper.make_sparse_tensor(external("sparse", np.array([2.5], dtype=np.float32), part),
                                       external("where", np.array([2], dtype=np.int64), part), [4])
    nodes.append(helper.make_node("Identity", ["sparse"], ["dense"]))
    outputs = [value(f"{n}_float", FLOAT, 4) for n in ["float32", *names]]
    outputs += [value("constant", FLOAT, 4), value("product", FLOAT, 1, 100), value("chosen", FLOAT, 1, 4),
                value("shifted", FLOAT, 1, 4), value("numbered", FLOAT, 1, 4), value("dense", FLOAT, 4)]
    graph = helper.make_graph(nodes, "external", [value("x", FLOAT, 1, 4), value("branch", BOOL)], outputs, initialisers,
                              sparse_initializer=[sparse])
    model = helper.make_model(graph, opset_imports=[*NEW_OPSETS, helper.make_opsetid("local", 1)], ir_version=10,
                              functions=[shifted], producer_name="mlops4j-tests")
    (folder / "model.onnx").write_bytes(model.SerializeToString(deterministic=True))


def make_bomb():
    """Thirty products of constants of 4096 by 4096, which nothing but the shapes in the file stands for."""
    nodes = [helper.make_node("ConstantOfShape", ["size"], ["m0"], value=helper.make_tensor("v", FLOAT, [1], [1e-4]))]
    nodes += [helper.make_node("MatMul", [f"m{i}", f"m{i}"], [f"m{i + 1}"]) for i in range(30)]
    nodes += [helper.make_node("ReduceSum", ["m30"], ["sum"], keepdims=0), helper.make_node("Add", ["x", "sum"], ["y"])]
    save("bomb", nodes, [value("x", FLOAT, "N")], [value("y", FLOAT, "N")],
         [weights("size", np.array([4096, 4096], dtype=np.int64))])


def make_optional_out():
    """An optional output, there and absent."""
    tensor = helper.make_tensor_type_proto(FLOAT, ["N"])
    maybe = helper.make_value_info("maybe", helper.make_optional_type_proto(tensor))
    minus = helper.make_node("Neg", ["x"], ["minus"])
    for name, optional in {"optional_out": helper.make_node("Optional", ["minus"], ["maybe"]),
                           "absent_out": helper.make_node("Optional", [], ["maybe"], type=tensor)}.items():
        save(name, [minus, optional], [value("x", FLOAT, "N")], [maybe, value("minus", FLOAT, "N")], check=False)


def make_names():
    """Names of which Java's own form of UTF-8 has other bytes, and some of which it has not."""
    for name, (x, y) in {"emoji_in": ("x\U0001f600", "y"), "emoji_out": ("x", "y\U0001f600"), "zero_in": ("x\0", "y"),
                         "accents": ("\u00e4\u00e9\u4e2d", "\u00ff")}.items():
        save(name, [helper.make_node("Neg", [x], [y])], [value(x, FLOAT, "N")], [value(y, FLOAT, "N")])


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
    make_external_folder()
    make_bomb()
    make_optional_out()
    make_names()
    make_nested()
    make_words()


if __name__ == "__main__":
    main()
