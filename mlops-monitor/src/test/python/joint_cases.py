"""Expected values of statistics of many columns at once, from NumPy and scikit-learn.

Run: python3 joint_cases.py > ../resources/io/mlops4j/monitor/golden/edge/joint_cases.json
"""

import json
import sys

import numpy as np
import sklearn
from sklearn.decomposition import PCA
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


def encode(windows):
    """Imputes and frequency-encodes by all windows of the reference."""
    names = windows[0].keys()
    out = {}
    for name in names:
        values = [v for window in windows for v in window[name]]
        if any(isinstance(v, str) for v in values):
            present = [v for v in values if v is not None]
            commonest = min(sorted(set(present)), key=lambda v: -present.count(v))
            filled = [commonest if v is None else v for v in values]
            out[name] = lambda v, filled=filled, commonest=commonest: filled.count(commonest if v is None else v) / len(filled)
        else:
            mean = float(np.mean([v for v in values if v is not None]))
            out[name] = lambda v, mean=mean: mean if v is None else v
    return lambda window: np.column_stack([[out[name](v) for v in window[name]] for name in names])


def reconstruction(windows, current, kept):
    encoded = encode(windows)
    reference = [encoded(w) for w in windows]
    scaler = StandardScaler().fit(np.concatenate(reference))
    pca = PCA(kept).fit(scaler.transform(np.concatenate(reference)))

    def error(rows):
        z = scaler.transform(rows)
        return np.linalg.norm(z - pca.inverse_transform(pca.transform(z)), axis=1)

    errors = [float(error(rows).mean()) for rows in reference]
    now = error(encoded(current))
    return {"windows": windows, "current": current, "kept": kept, "components": int(pca.n_components_), "errors": errors,
            "low": float(np.mean(errors) - 3 * np.std(errors)), "high": float(np.mean(errors) + 3 * np.std(errors)),
            "error": float(now.mean()), "standard_error": float(now.std(ddof=1) / np.sqrt(len(now)))}


def window(rng, rows, broken=False):
    base = rng.normal(size=rows)
    noise = lambda scale: np.round(rng.normal(size=rows) * scale, 3)
    other = rng.normal(size=rows) if broken else base
    values = {
        "a": np.round(base, 3) + 1e6, "b": np.round(2 * other, 3) + noise(0.1), "c": np.round(-base, 3) + noise(0.5),
        "d": noise(1.0), "constant": np.full(rows, 7.0),
    }
    out = {name: v.tolist() for name, v in values.items()}
    out["d"][0] = None
    out["kind"] = [("x", "y", "z")[min(2, int(abs(v)))] for v in base]
    out["kind"][1] = None
    if broken:
        out["kind"][2] = "unseen"
    return out


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
    "reconstruction": [
        reconstruction([window(rng, 40) for _ in range(5)], window(rng, 40), 0.65),
        reconstruction([window(rng, 30) for _ in range(4)], window(rng, 30, broken=True), 0.65),
        reconstruction([window(rng, 30) for _ in range(4)], window(rng, 30, broken=True), 0.9),
    ],
}
json.dump(document, sys.stdout)
print()
