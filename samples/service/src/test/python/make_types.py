"""Makes models whose outputs are their inputs, one for each data type of the protocol: python3 make_types.py FOLDER

With onnx 1.17. types.onnx has all types. lists.onnx has those that gRPC sends as lists, and an output
of FP16, which it cannot.
"""

import sys

from onnx import TensorProto, checker, helper, save

TYPES = {
    "BOOL": TensorProto.BOOL, "UINT8": TensorProto.UINT8, "UINT16": TensorProto.UINT16,
    "UINT32": TensorProto.UINT32, "UINT64": TensorProto.UINT64, "INT8": TensorProto.INT8,
    "INT16": TensorProto.INT16, "INT32": TensorProto.INT32, "INT64": TensorProto.INT64,
    "FP16": TensorProto.FLOAT16, "FP32": TensorProto.FLOAT, "FP64": TensorProto.DOUBLE,
    "BYTES": TensorProto.STRING,
}  # fmt: skip


def make(file, inputs, extra=()):
    info = lambda name, type: helper.make_tensor_value_info(name, TYPES[type], ["rows", 2])
    nodes = [helper.make_node("Identity", [name], ["out_" + name]) for name in inputs] + list(extra)
    outputs = [info("out_" + name, name) for name in inputs]
    if extra:
        outputs.insert(1, info("half", "FP16"))
    graph = helper.make_graph(nodes, "types", [info(name, name) for name in inputs], outputs)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    checker.check_model(model)
    save(model, sys.argv[1] + "/" + file)


make("types.onnx", TYPES)
half = helper.make_node("Cast", ["FP32"], ["half"], to=TensorProto.FLOAT16)
make("lists.onnx", [name for name in TYPES if name != "FP16"], [half])
