#!/usr/bin/env python3
"""Trains scikit-learn pipelines on penguins and writes them as ONNX, with scikit-learn's own answers.

    /usr/bin/python3 make_penguins.py                  models and answers, from penguins.csv
    /usr/bin/python3 make_penguins.py penguins.json    penguins.csv first, from the file of vega-datasets

Debian's packages: python3-sklearn 1.4.2, python3-numpy 2.2.4, python3-scipy, python3-onnx 1.17.0. The
same bytes each time. The graphs are written node by node, as a converter would: one input a column,
imputer, scaler and encoders inside the model. Trees compare float32 numbers with float64 thresholds;
rounding a threshold down to float32 leaves every comparison as it was.
"""

import csv
import json
import sys
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import GradientBoostingRegressor, RandomForestClassifier
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, OrdinalEncoder, StandardScaler

HERE = Path(__file__).resolve().parent
COLUMNS = {
    "species": "Species",
    "island": "Island",
    "beak_length": "Beak Length (mm)",
    "beak_depth": "Beak Depth (mm)",
    "flipper_length": "Flipper Length (mm)",
    "body_mass": "Body Mass (g)",
    "sex": "Sex",
}
MEASURES = ["beak_length", "beak_depth", "flipper_length", "body_mass"]
CATEGORIES = ["island", "sex"]
MISSING = "missing"  # what a missing category is called: the caller's null policy says so

# No penguin of the data: an island and a sex that no encoder knows, and rows that miss much or all.
MADE_UP = [
    {"beak_length": 40.5, "beak_depth": 18.1, "flipper_length": 190, "body_mass": 3700, "island": "Heard", "sex": "FEMALE"},
    {"beak_length": 47.3, "beak_depth": 15.2, "flipper_length": 217, "body_mass": 5100, "island": "Biscoe", "sex": "♀"},
    {"beak_length": 49.9, "beak_depth": None, "flipper_length": None, "body_mass": 3800, "island": "Heard", "sex": ""},
    {"beak_length": None, "beak_depth": None, "flipper_length": None, "body_mass": None, "island": None, "sex": None},
]


def write_csv(source):
    penguins = json.loads(Path(source).read_text())
    with open(HERE / "penguins.csv", "w", newline="") as file:
        rows = csv.writer(file, lineterminator="\n")
        rows.writerow(COLUMNS)
        rows.writerows([["" if p[c] is None else p[c] for c in COLUMNS.values()] for p in penguins])


def read_csv():
    with open(HERE / "penguins.csv", newline="") as file:
        rows = [{k: v or None for k, v in row.items()} for row in csv.DictReader(file)]
    for row in rows:
        row.update({m: None if row[m] is None else float(row[m]) for m in MEASURES})
    return rows


def features(rows, columns):
    """Numbers as float32 holds them, since that is what the model is asked with; NaN and None where missing."""
    x = np.empty((len(rows), len(columns)), dtype=object)
    for i, row in enumerate(rows):
        for j, column in enumerate(columns):
            value = row[column]
            x[i, j] = value if column in CATEGORIES else np.nan if value is None else float(np.float32(value))
    return x


def categories(encoder):
    return make_pipeline(SimpleImputer(missing_values=None, strategy="constant", fill_value=MISSING), encoder)


def value(name, element, *shape):
    return helper.make_tensor_value_info(name, element, list(shape))


def inputs(columns, *shape):
    return [value(c, TensorProto.STRING if c in CATEGORIES else TensorProto.FLOAT, *shape) for c in columns]


def ml(op, taken, given, **attributes):
    return helper.make_node(op, taken, given, domain="ai.onnx.ml", **attributes)


def constant(name, *values):
    return numpy_helper.from_array(np.array(values, dtype=np.int64), name)


def floats(values):
    return [float(v) for v in np.asarray(values, dtype=np.float64).ravel().astype(np.float32)]


def save(name, nodes, taken, given, constants=()):
    graph = helper.make_graph(nodes, name, taken, given, list(constants))
    opsets = [helper.make_opsetid("", 17), helper.make_opsetid("ai.onnx.ml", 3)]
    model = helper.make_model(graph, opset_imports=opsets, ir_version=8, producer_name="mlops4j-tests")
    onnx.checker.check_model(model, full_check=True)
    (HERE / f"{name}.onnx").write_bytes(model.SerializeToString(deterministic=True))


def species_by_regression(rows, asked):
    """Imputer, scaler, one-hot encoder and a logistic regression; also with ZipMap, as many exports end."""
    columns = MEASURES + CATEGORIES
    transformer = ColumnTransformer([
        ("measures", make_pipeline(SimpleImputer(), StandardScaler()), [0, 1, 2, 3]),
        ("categories", categories(OneHotEncoder(handle_unknown="ignore")), [4, 5]),
    ])
    regression = LogisticRegression(C=1.0, tol=1e-10, max_iter=10_000)
    pipeline = make_pipeline(transformer, regression).fit(features(rows, columns), [r["species"] for r in rows])

    imputer, scaler = (step for _, step in transformer.named_transformers_["measures"].steps)
    encoder = transformer.named_transformers_["categories"][-1]
    nodes = [
        helper.make_node("Concat", MEASURES, ["measured"], axis=1),
        ml("Imputer", ["measured"], ["complete"], imputed_value_floats=floats(imputer.statistics_),
           replaced_value_float=float("nan")),
        ml("Scaler", ["complete"], ["scaled"], offset=floats(scaler.mean_), scale=floats(1 / scaler.scale_)),
    ]
    for column, known in zip(CATEGORIES, encoder.categories_):
        nodes += [
            ml("OneHotEncoder", [column], [f"{column}_cells"], cats_strings=[str(k) for k in known], zeros=1),
            helper.make_node("Flatten", [f"{column}_cells"], [f"{column}_flat"], axis=1),
        ]
    nodes += [
        helper.make_node("Concat", ["scaled"] + [f"{c}_flat" for c in CATEGORIES], ["features"], axis=1),
        ml("LinearClassifier", ["features"], ["label", "probabilities"],
           coefficients=floats(regression.coef_), intercepts=floats(regression.intercept_),
           classlabels_strings=[str(c) for c in regression.classes_], post_transform="SOFTMAX"),
    ]
    label = value("label", TensorProto.STRING, "N")
    taken = inputs(columns, "N", 1)
    save("penguins_regression", nodes, taken, [label, value("probabilities", TensorProto.FLOAT, "N", 3)])
    nodes.append(ml("ZipMap", ["probabilities"], ["by_species"], classlabels_strings=[str(c) for c in regression.classes_]))
    by_species = helper.make_value_info("by_species", helper.make_sequence_type_proto(
        helper.make_map_type_proto(TensorProto.STRING, helper.make_tensor_type_proto(TensorProto.FLOAT, []))))
    save("penguins_zipmap", nodes, taken, [label, by_species])
    x = features(asked, columns)
    return {"label": list(pipeline.predict(x)), "probabilities": pipeline.predict_proba(x).tolist()}


def ordinal(transformer, columns, fill):
    """Nodes that make of one input [N] a column the float matrix that the trees were trained on."""
    encoder = transformer.named_transformers_["categories"][-1]
    measures = [c for c in columns if c in MEASURES]
    nodes = [helper.make_node("Unsqueeze", [m, "one"], [f"{m}_column"]) for m in measures]
    nodes += [
        helper.make_node("Concat", [f"{m}_column" for m in measures], ["measured"], axis=1),
        ml("Imputer", ["measured"], ["complete"], imputed_value_floats=floats(fill), replaced_value_float=float("nan")),
    ]
    for column, known in zip(CATEGORIES, encoder.categories_):
        nodes += [
            ml("LabelEncoder", [column], [f"{column}_code"], keys_strings=[str(k) for k in known],
               values_floats=[float(i) for i in range(len(known))], default_float=-1.0),
            helper.make_node("Unsqueeze", [f"{column}_code", "one"], [f"{column}_column"]),
        ]
    return nodes + [helper.make_node("Concat", ["complete"] + [f"{c}_column" for c in CATEGORIES], ["features"], axis=1)]


def down(threshold):
    """The largest float32 that is not above: x <= it exactly where x <= threshold, for every float32 x."""
    narrow = np.float32(threshold)
    return float(narrow if narrow <= threshold else np.nextafter(narrow, np.float32(-np.inf)))


def ensemble(trees, weights, prefix):
    """The attributes of a tree ensemble; weights(tree, leaf) are a leaf's votes, one a class or target."""
    nodes = {k: [] for k in ("treeids", "nodeids", "featureids", "values", "modes", "truenodeids", "falsenodeids")}
    votes = {k: [] for k in ("treeids", "nodeids", "ids", "weights")}
    for number, estimator in enumerate(trees):
        tree = estimator.tree_
        for node in range(tree.node_count):
            leaf = tree.children_left[node] < 0
            nodes["treeids"].append(number)
            nodes["nodeids"].append(node)
            nodes["featureids"].append(0 if leaf else int(tree.feature[node]))
            nodes["values"].append(0.0 if leaf else down(tree.threshold[node]))
            nodes["modes"].append("LEAF" if leaf else "BRANCH_LEQ")
            nodes["truenodeids"].append(0 if leaf else int(tree.children_left[node]))
            nodes["falsenodeids"].append(0 if leaf else int(tree.children_right[node]))
            for target, weight in enumerate(floats(weights(tree, node)) if leaf else []):
                votes["treeids"].append(number)
                votes["nodeids"].append(node)
                votes["ids"].append(target)
                votes["weights"].append(weight)
    return {f"nodes_{k}": v for k, v in nodes.items()} | {f"{prefix}_{k}": v for k, v in votes.items()}


def encoded(measures):
    count = len(measures)
    return ColumnTransformer([
        ("measures", SimpleImputer(strategy="median"), list(range(count))),
        ("categories", categories(OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1)), [count, count + 1]),
    ])


def on_edges(trees, penguin):
    """A penguin moved onto each threshold of its measures, and one float32 beyond."""
    rows = []
    for tree in (estimator.tree_ for estimator in trees):
        for node in range(tree.node_count):
            if tree.children_left[node] >= 0 and tree.feature[node] < len(MEASURES):
                edge = np.float32(down(tree.threshold[node]))
                for number in (edge, np.nextafter(edge, np.float32(np.inf))):
                    rows.append(penguin | {MEASURES[tree.feature[node]]: float(number)})
    return rows


def species_by_forest(rows, asked):
    """Answers to what is asked, and rows on the thresholds with their answers."""
    columns = MEASURES + CATEGORIES
    transformer = encoded(MEASURES)
    forest = RandomForestClassifier(n_estimators=25, max_depth=5, random_state=2001, n_jobs=1)
    pipeline = make_pipeline(transformer, forest).fit(features(rows, columns), [r["species"] for r in rows])
    nodes = ordinal(transformer, columns, transformer.named_transformers_["measures"].statistics_)
    shares = lambda tree, leaf: tree.value[leaf, 0] / tree.value[leaf, 0].sum() / len(forest.estimators_)
    nodes.append(ml("TreeEnsembleClassifier", ["features"], ["label", "probabilities"], post_transform="NONE",
                    classlabels_strings=[str(c) for c in forest.classes_], **ensemble(forest.estimators_, shares, "class")))
    save("penguins_forest", nodes, inputs(columns, "N"),
         [value("label", TensorProto.STRING, "N"), value("probabilities", TensorProto.FLOAT, "N", 3)], [constant("one", 1)])
    def answers(asked):
        x = features(asked, columns)
        return {"label": list(pipeline.predict(x)), "probabilities": pipeline.predict_proba(x).tolist()}

    edges = on_edges(forest.estimators_, rows[0])
    return answers(asked), {"rows": {c: [row[c] for row in edges] for c in columns}} | answers(edges)


def mass_by_boosting(rows, asked):
    """Kilograms, by gradient boosting; the mass itself is of course no input."""
    measures = MEASURES[:3]
    columns = measures + CATEGORIES
    weighed = [r for r in rows if r["body_mass"] is not None]
    transformer = encoded(measures)
    boosting = GradientBoostingRegressor(n_estimators=60, max_depth=3, random_state=2001)
    pipeline = make_pipeline(transformer, boosting).fit(features(weighed, columns), [r["body_mass"] / 1000 for r in weighed])
    nodes = ordinal(transformer, columns, transformer.named_transformers_["measures"].statistics_)
    steps = lambda tree, leaf: boosting.learning_rate * tree.value[leaf, 0]
    nodes.append(ml("TreeEnsembleRegressor", ["features"], ["kilograms"], n_targets=1,
                    base_values=floats(boosting.init_.constant_), **ensemble(boosting.estimators_[:, 0], steps, "target")))
    save("penguins_mass", nodes, inputs(columns, "N"), [value("kilograms", TensorProto.FLOAT, "N", 1)], [constant("one", 1)])
    return {"kilograms": pipeline.predict(features(asked, columns)).tolist()}


def main():
    if len(sys.argv) > 1:
        write_csv(sys.argv[1])
    penguins = read_csv()
    training = penguins[1::2]  # one that misses everything among them, and none of the sex "."
    asked = penguins + MADE_UP
    forest, edges = species_by_forest(training, asked)
    expected = {
        "rows": {c: [row[c] for row in asked] for c in MEASURES + CATEGORIES},
        "regression": species_by_regression(training, asked),
        "forest": forest,
        "edges": edges,
        "mass": mass_by_boosting(training, asked),
    }
    lines = [f' "{name}": {json.dumps(part, ensure_ascii=False)}' for name, part in expected.items()]
    (HERE / "penguins.json").write_text("{\n" + ",\n".join(lines) + "\n}\n")


if __name__ == "__main__":
    main()
