"""Expected values of statistics of many columns at once, from NumPy and scikit-learn.

Run: python3 joint_cases.py > ../resources/io/mlops4j/monitor/golden/edge/joint_cases.json
"""

import json
import sys

import numpy as np
import sklearn
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import StratifiedKFold, cross_val_predict
from sklearn.preprocessing import StandardScaler


def mmd(first, second, bandwidth=None):
    """The double sums of the definition."""
    pooled = np.concatenate([first, second])
    square = np.sum((pooled[:, None, :] - pooled[None, :, :]) ** 2, axis=2)
    if bandwidth is None:
        bandwidth = np.median(np.sqrt(square[np.triu_indices(len(pooled), 1)]))
    k = np.exp(-square / (2 * bandwidth**2))
    n, m = len(first), len(second)
    xx = (k[:n, :n].sum() - n) / (n * (n - 1))
    yy = (k[n:, n:].sum() - m) / (m * (m - 1))
    return {"ref": first.tolist(), "cur": second.tolist(), "bandwidth": float(bandwidth),
            "statistic": float(xx + yy - 2 * k[:n, n:].mean()), **vectors(first, second)}


def vectors(first, second):
    a, b = first.mean(axis=0), second.mean(axis=0)
    distance = np.linalg.norm(a - b)
    return {"euclidean": float(distance), "standardised": float(distance / np.sqrt(first.var(axis=0).sum())),
            "cosine": float(1 - a @ b / np.linalg.norm(a) / np.linalg.norm(b))}


def logistic(rows, labels, penalty):
    model = LogisticRegression(C=1 / penalty, tol=1e-12, max_iter=10000).fit(rows, labels)
    return {"rows": rows.tolist(), "labels": labels.tolist(), "penalty": penalty,
            "weights": [float(model.intercept_[0]), *model.coef_[0].tolist()]}


def domain(first, second):
    """The same model in other folds: the area agrees up to the choice of folds."""
    rows, labels = np.concatenate([first, second]), np.repeat([0, 1], [len(first), len(second)])
    squares = StandardScaler().fit_transform(StandardScaler().fit_transform(rows) ** 2)
    design = np.concatenate([StandardScaler().fit_transform(rows), squares], axis=1)
    areas = []
    for seed in range(10):
        folds = StratifiedKFold(5, shuffle=True, random_state=seed)
        scores = cross_val_predict(LogisticRegression(), design, labels, cv=folds, method="decision_function")
        areas.append(np.mean([roc_auc_score(labels[t], scores[t]) for _, t in folds.split(design, labels)]))
    return {"ref": first.tolist(), "cur": second.tolist(), "area": float(np.mean(areas)), "spread": float(np.ptp(areas))}


rng = np.random.default_rng(20010105)
r4 = lambda values: np.round(values, 4)
plain = r4(rng.normal(size=(40, 3)))
labels = (rng.random(60) < 0.4).astype(int)
document = {
    "meta": {"numpy": np.__version__, "sklearn": sklearn.__version__, "python": sys.version.split()[0]},
    "pairs": [
        mmd(plain, r4(rng.normal(0.4, 1, size=(30, 3)))),
        mmd(plain, r4(rng.normal(0, 2, size=(25, 3))), 1.5),
        mmd(r4(rng.normal(size=(2, 5))), r4(rng.normal(size=(3, 5)))),
        mmd(r4(rng.standard_cauchy(size=(30, 2))), r4(rng.standard_cauchy(size=(12, 2)))),
        mmd(1e9 + r4(rng.normal(size=(20, 2))), 1e9 + r4(rng.normal(0.5, 1, size=(20, 2)))),
        mmd(rng.integers(0, 3, size=(30, 1)).astype(float), rng.integers(0, 4, size=(20, 1)).astype(float)),
    ],
    "logistic": [
        logistic(r4(rng.normal(size=(60, 2)) + labels[:, None]), labels, 1.0),
        logistic(r4(rng.normal(size=(60, 4)) + 5 * labels[:, None]), labels, 0.1),
    ],
    "domain": [
        domain(r4(rng.normal(size=(200, 3))), r4(rng.normal([0.8, 0, 0], 1, size=(150, 3)))),
        domain(r4(rng.normal(size=(200, 2))), r4(rng.normal(0, 2, size=(200, 2)))),
    ],
}
json.dump(document, sys.stdout)
print()
