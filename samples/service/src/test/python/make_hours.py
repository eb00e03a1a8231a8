"""Makes a model of flights that answers, hangs or fails by the hour: python3 make_hours.py FOLDER

With onnx 1.17. Hours 0 to 21 get hour / 100, at hour 22 the call runs until it is ended, and hour 23
is an index that ONNX Runtime refuses while it runs.
"""

import sys

import numpy as np
from onnx import TensorProto, checker, helper, numpy_helper, save

constant = lambda name, values: numpy_helper.from_array(values, name)
scalar = lambda name, type: helper.make_tensor_value_info(name, type, [])
body = helper.make_graph(
    [
        helper.make_node("Identity", ["go"], ["go_on"]),
        helper.make_node("Add", ["x", "zero"], ["y"]),
    ],
    "body",
    [scalar("i", TensorProto.INT64), scalar("go", TensorProto.BOOL), scalar("x", TensorProto.FLOAT)],
    [scalar("go_on", TensorProto.BOOL), scalar("y", TensorProto.FLOAT)],
)
graph = helper.make_graph(
    [
        helper.make_node("ReduceMax", ["hour"], ["latest"], keepdims=0),
        helper.make_node("Equal", ["latest", "hanging"], ["hangs"]),
        helper.make_node("Where", ["hangs", "forever", "never"], ["rounds"]),
        helper.make_node("Loop", ["rounds", "", "zero"], ["nothing"], body=body),
        helper.make_node("Gather", ["table", "hour"], ["found"]),
        helper.make_node("Add", ["found", "nothing"], ["probability"]),
    ],
    "hours",
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
        constant("forever", np.array(2**62, np.int64)),
        constant("never", np.array(0, np.int64)),
        constant("zero", np.array(0, np.float32)),
    ],
)
model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
checker.check_model(model)
save(model, sys.argv[1] + "/hours.onnx")
