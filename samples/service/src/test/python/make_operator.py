"""Makes a model of flights that hangs within one operator: python3 make_operator.py FOLDER

With onnx 1.17. Hours 0 to 21 get hour / 100. At hour 22 NonMaxSuppression compares three million
boxes with each other, which takes hours, and which ONNX Runtime cannot end.
"""

import sys

import numpy as np
from onnx import TensorProto, checker, helper, numpy_helper, save

constant = lambda name, values: numpy_helper.from_array(values, name)
node = helper.make_node
graph = helper.make_graph(
    [
        node("ReduceMax", ["hour"], ["latest"], keepdims=0),
        node("Equal", ["latest", "hanging"], ["hangs"]),
        node("Where", ["hangs", "many", "few"], ["boxes"]),
        node("Range", ["none", "boxes", "one"], ["whole"]),
        node("Cast", ["whole"], ["scores"], to=TensorProto.FLOAT),
        node("Unsqueeze", ["scores", "columns"], ["corner"]),
        node("Concat", ["corner", "corner", "corner", "corner"], ["points"], axis=1),
        node("Add", ["points", "size"], ["squares"]),
        node("Unsqueeze", ["squares", "batch"], ["batch_of_squares"]),
        node("Unsqueeze", ["scores", "batch_and_class"], ["batch_of_scores"]),
        node("NonMaxSuppression", ["batch_of_squares", "batch_of_scores", "most"], ["selected"]),
        node("ReduceMax", ["selected"], ["last"], keepdims=0),
        node("Cast", ["last"], ["number"], to=TensorProto.FLOAT),
        node("Mul", ["number", "zero"], ["nothing"]),
        node("Gather", ["table", "hour"], ["found"]),
        node("Add", ["found", "nothing"], ["probability"]),
    ],
    "operator",
    [
        helper.make_tensor_value_info(name, type, ["rows"])
        for name, type in [
            ("distance", TensorProto.FLOAT),
            ("hour", TensorProto.INT64),
            ("weekday", TensorProto.INT64),
            ("origin", TensorProto.STRING),
            ("destination", TensorProto.STRING),
        ]
    ],
    [helper.make_tensor_value_info("probability", TensorProto.FLOAT, ["rows"])],
    [
        constant("table", np.arange(23, dtype=np.float32) / 100),
        constant("hanging", np.array(22, np.int64)),
        constant("many", np.array(3_000_000, np.int64)),
        constant("few", np.array(2, np.int64)),
        constant("none", np.array(0, np.int64)),
        constant("one", np.array(1, np.int64)),
        constant("columns", np.array([1], np.int64)),
        constant("batch", np.array([0], np.int64)),
        constant("batch_and_class", np.array([0, 1], np.int64)),
        constant("size", np.array([0, 0, 0.5, 0.5], np.float32)),
        constant("most", np.array([2**40], np.int64)),
        constant("zero", np.array(0, np.float32)),
    ],
)
model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
checker.check_model(model)
save(model, sys.argv[1] + "/operator.onnx")
