#!/usr/bin/env python3
"""A network's weights, as PyTorch's state_dict() names them, as ONNX with the scaling of its columns inside.

    python3 network.py penguins.csv out     writes out/model.onnx and out/card.json

With PyTorch at hand, torch.onnx.export does the graph; put the scaling into the module's forward().
"""

import sys
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from sklearn.neural_network import MLPClassifier

import card
import penguins


def encode(species):
    """One column a species; an unknown one is none of them."""
    return np.array([[name == known for known in penguins.SPECIES] for name in species], np.float32)


def train(columns, male):
    """Stands for a training with PyTorch: weights by name, each of shape [out, in]."""
    net = MLPClassifier((16,), activation="relu", alpha=1e-2, max_iter=2000, random_state=7).fit(columns, male)
    return {
        "0.weight": net.coefs_[0].T.astype(np.float32), "0.bias": net.intercepts_[0].astype(np.float32),
        "2.weight": net.coefs_[1].T.astype(np.float32), "2.bias": net.intercepts_[1].astype(np.float32),
    }


def forward(state, columns):
    """The network in float64, from the weights as they are stored."""
    columns = columns.astype(np.float64)
    hidden = np.maximum(columns @ state["0.weight"].T.astype(np.float64) + state["0.bias"], 0)
    return 1 / (1 + np.exp(-(hidden @ state["2.weight"].T.astype(np.float64) + state["2.bias"])))[:, 0]


def prepare(measures, species, mean, deviation):
    return np.hstack([np.nan_to_num((measures - mean) / deviation), encode(species)])


def graph(state, mean, deviation):
    inputs = [helper.make_tensor_value_info(m, TensorProto.FLOAT, ["N", 1]) for m in penguins.MEASURES]
    inputs.append(helper.make_tensor_value_info("species", TensorProto.STRING, ["N", 1]))
    nodes = [
        helper.make_node("Concat", penguins.MEASURES, ["measures"], axis=1),
        helper.make_node("Sub", ["measures", "mean"], ["centred"]),
        helper.make_node("Div", ["centred", "deviation"], ["scaled"]),
        helper.make_node("IsNaN", ["scaled"], ["missing"]),
        helper.make_node("Where", ["missing", "zero", "scaled"], ["known"]),
        helper.make_node("OneHotEncoder", ["species"], ["hot"], domain="ai.onnx.ml", cats_strings=penguins.SPECIES, zeros=1),
        helper.make_node("Squeeze", ["hot", "axis"], ["kind"]),
        helper.make_node("Concat", ["known", "kind"], ["columns"], axis=1),
        helper.make_node("Gemm", ["columns", "0.weight", "0.bias"], ["first"], transB=1),
        helper.make_node("Relu", ["first"], ["hidden"]),
        helper.make_node("Gemm", ["hidden", "2.weight", "2.bias"], ["score"], transB=1),
        helper.make_node("Sigmoid", ["score"], ["male"]),
    ]
    weights = {**state, "mean": mean, "deviation": deviation, "zero": np.zeros(1, np.float32), "axis": np.array([1], np.int64)}
    return helper.make_graph(
        nodes, "network", inputs, [helper.make_tensor_value_info("male", TensorProto.FLOAT, ["N", 1])],
        [numpy_helper.from_array(value, name) for name, value in weights.items()])


def main(data, out):
    out.mkdir(parents=True, exist_ok=True)
    measures, species, male = penguins.read(data)
    learn = np.arange(len(male)) % 2 == 0
    mean = np.nanmean(measures[learn], axis=0).astype(np.float32)
    deviation = np.nanstd(measures[learn], axis=0).astype(np.float32)
    state = train(prepare(measures[learn], species[learn], mean, deviation), male[learn])

    proto = helper.make_model(
        graph(state, mean, deviation), ir_version=9,
        opset_imports=[helper.make_opsetid("", 17), helper.make_opsetid("ai.onnx.ml", 3)])
    onnx.checker.check_model(proto)
    onnx.save(proto, out / "model.onnx")

    rows, kinds = penguins.golden(measures[~learn], species[~learn])
    held_out = forward(state, prepare(measures[~learn], species[~learn], mean, deviation))
    card.write(
        out / "card.json", "penguin-network", owner="penguin-team", licence="Apache-2.0",
        description="Is it a male? A network with one hidden layer.",
        features=[{"name": m, "type": "float32", "nulls": "nan"} for m in penguins.MEASURES] + [{"name": "species", "type": "string"}],
        trainedOn=[{"name": "penguins", "digest": card.digest(data), "query": "every second row whose sex is known"}],
        metrics={"accuracy": float(np.mean((held_out > 0.5) == male[~learn]))},
        parameters={"hidden": "16"}, seeds={"model": 7}, tolerance=1e-6,
        inputs={**{m: rows[:, i] for i, m in enumerate(penguins.MEASURES)}, "species": kinds},
        outputs={"male": forward(state, prepare(rows, kinds, mean, deviation))})


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(f"found {len(sys.argv) - 1} arguments, expected two: network.py penguins.csv out")
    main(Path(sys.argv[1]), Path(sys.argv[2]))
