#!/usr/bin/env python3
"""Writes java_names.onnx: inputs and outputs with names that no Java component can have.

    /usr/bin/python3 make_names.py        (python3-onnx 1.17.0; the same bytes each time)
"""

from pathlib import Path

import onnx
from onnx import TensorProto, helper

NAMES = {"petal width (cm)": ("12", TensorProto.FLOAT), "class": ("default.", TensorProto.STRING)}

graph = helper.make_graph(
    [helper.make_node("Identity", [taken], [given]) for taken, (given, _) in NAMES.items()],
    "java_names",
    [helper.make_tensor_value_info(taken, element, ["N"]) for taken, (_, element) in NAMES.items()],
    [helper.make_tensor_value_info(given, element, ["N"]) for given, element in NAMES.values()],
)
model = helper.make_model(
    graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8, producer_name="mlops4j-tests")
onnx.checker.check_model(model, full_check=True)
Path(__file__).with_name("java_names.onnx").write_bytes(model.SerializeToString(deterministic=True))
