#!/usr/bin/env python3
"""Trains the three versions of flight-delay and writes what the quickstart and its test need.

    /usr/bin/python3 train.py FLIGHTS.csv        (convert/ writes the CSV, see README.md)

Debian's packages: python3-sklearn 1.4.2, python3-numpy 2.2.4, python3-onnx 1.17.0. The same bytes
each time: nothing here is random, and the solver runs until it has converged.

Version 1 learned from January, version 2 from January and February. Version 3 is the accident of the
story: version 2, exported with the probability of the wrong class.
"""

import csv
import sys
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from sklearn.compose import ColumnTransformer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, OneHotEncoder

HERE = Path(__file__).resolve().parent
MODELS = HERE.parent / "models"
EXPECTED = HERE.parent / "src" / "test" / "resources" / "io" / "mlops4j" / "samples" / "quickstart"

FEATURES = ["distance", "hour", "weekday", "origin", "destination"]
CATEGORIES = FEATURES[1:]
MILES = 1000.0  # distances enter in thousands of miles, so that one penalty suits all features
KILOMETRES_PER_MILE = np.float32(1.609344)

# The dates of the story, as in Story.java.
SECOND = "2001-03-12"  # version 2 serves from this day on
PLANTED = ("2001-04-09", "2001-04-15")  # the week with distances in kilometres
THIRD = "2001-05-14"  # version 3 serves from this day on, for as many days as it takes to notice


def read(path):
    with open(path, newline="") as file:
        rows = list(csv.DictReader(file))
    features = np.empty((len(rows), len(FEATURES)), dtype=object)
    for i, row in enumerate(rows):
        features[i] = [float(row["distance"]), int(row["hour"]), int(row["weekday"]), row["origin"], row["destination"]]
    day = np.array([row["departure"][:10] for row in rows])
    return features, np.array([int(row["late"]) for row in rows]), day


def train(features, late):
    columns = ColumnTransformer([
        ("distance", FunctionTransformer(lambda d: d.astype(float) / MILES), [0]),
        ("categories", OneHotEncoder(handle_unknown="ignore"), [1, 2, 3, 4]),
    ])
    regression = LogisticRegression(C=0.1, solver="lbfgs", tol=1e-8, max_iter=10_000)
    return make_pipeline(columns, regression).fit(features, late)


def weights(pipeline):
    """Category to coefficient for each column, the coefficient of the distance, and the intercept."""
    encoder = pipeline[0].named_transformers_["categories"]
    coefficients = pipeline[1].coef_[0]
    tables, position = {}, 1
    for column, values in zip(CATEGORIES, encoder.categories_):
        tables[column] = (values, coefficients[position:position + len(values)])
        position += len(values)
    return tables, coefficients[0] / MILES, pipeline[1].intercept_[0]


def scalar(name, number):
    return numpy_helper.from_array(np.array(number, dtype=np.float32), name)


def export(pipeline, name, inverted):
    """A logistic regression as look-ups and one sum; a category never seen in training adds nothing."""
    tables, slope, intercept = weights(pipeline)
    constants = [scalar("per_mile", slope), scalar("intercept", intercept)]
    nodes = [helper.make_node("Mul", ["distance", "per_mile"], ["of_distance"])]
    inputs = [helper.make_tensor_value_info("distance", TensorProto.FLOAT, ["N"])]
    for column, (values, coefficients) in tables.items():
        text = column in ("origin", "destination")
        keys = {"keys_strings": [str(v) for v in values]} if text else {"keys_int64s": [int(v) for v in values]}
        nodes.append(helper.make_node(
            "LabelEncoder", [column], [f"of_{column}"], domain="ai.onnx.ml",
            values_floats=coefficients.astype(np.float32), default_float=0.0, **keys))
        element = TensorProto.STRING if text else TensorProto.INT64
        inputs.append(helper.make_tensor_value_info(column, element, ["N"]))
    nodes.append(helper.make_node("Sum", [f"of_{f}" for f in FEATURES] + ["intercept"], ["score"]))
    nodes.append(helper.make_node("Sigmoid", ["score"], ["late" if inverted else "probability"]))
    if inverted:
        constants.append(scalar("one", 1))
        nodes.append(helper.make_node("Sub", ["one", "late"], ["probability"]))
    output = helper.make_tensor_value_info("probability", TensorProto.FLOAT, ["N"])
    graph = helper.make_graph(nodes, "flight-delay", inputs, [output], constants)
    opsets = [helper.make_opsetid("", 17), helper.make_opsetid("ai.onnx.ml", 3)]
    model = helper.make_model(graph, opset_imports=opsets, ir_version=8, producer_name="mlops4j-quickstart")
    onnx.checker.check_model(model, full_check=True)
    (MODELS / name).write_bytes(model.SerializeToString(deterministic=True))


def golden(features, predict, name):
    """Rows of all months, and one airport that no model knows."""
    rows = features[:: len(features) // 15][:15].copy()
    rows[-1, 3] = "XXX"
    with open(MODELS / name, "w") as file:
        file.write(",".join(FEATURES) + ",probability\n")
        for row, p in zip(rows, predict(rows)):
            file.write(",".join(str(v) for v in row) + f",{p:.9f}\n")


def in_kilometres(features, day):
    planted = (day >= PLANTED[0]) & (day <= PLANTED[1])
    changed = features.copy()
    changed[planted, 0] = [float(np.float32(d) * KILOMETRES_PER_MILE) for d in features[planted, 0]]
    return changed


def describe(late, p, selected):
    auc = roc_auc_score(late[selected], p[selected])
    return f"{selected.sum()};{late[selected].mean():.9f};{p[selected].mean():.9f};{auc:.9f}"


def served(p, day, third_days):
    """What the story answers when version 3 serves for so many days."""
    third = np.unique(day[day >= THIRD])[:third_days]
    return np.select([day < SECOND, np.isin(day, third)], [p[1], p[3]], p[2])


def expected(features, late, day, predictors):
    """What each month of the story looks like, by scikit-learn: for each version alone, and as served."""
    changed = in_kilometres(features, day)
    p = {version: predict(changed) for version, predict in predictors.items()}
    columns = {f"version {version}": p[version] for version in p}
    columns |= {f"served, version 3 for {n} days": served(p, day, n) for n in range(15)}
    month = np.array([d[:7] for d in day])
    with open(EXPECTED / "expected.csv", "w") as file:
        file.write("what;month;rows;late;probability;auc\n")
        for what, probability in columns.items():
            for m in np.unique(month):
                file.write(f"{what};{m};{describe(late, probability, month == m)}\n")


def main():
    MODELS.mkdir(exist_ok=True)
    EXPECTED.mkdir(parents=True, exist_ok=True)
    features, late, day = read(sys.argv[1])
    first = train(features[day < "2001-02"], late[day < "2001-02"])
    second = train(features[day < "2001-03"], late[day < "2001-03"])
    predictors = {
        1: lambda x: first.predict_proba(x)[:, 1],
        2: lambda x: second.predict_proba(x)[:, 1],
        3: lambda x: second.predict_proba(x)[:, 0],
    }
    for version, pipeline in {1: first, 2: second, 3: second}.items():
        export(pipeline, f"flight-delay-{version}.onnx", inverted=version == 3)
        golden(features, predictors[version], f"golden-{version}.csv")
    expected(features, late, day, predictors)


if __name__ == "__main__":
    main()
