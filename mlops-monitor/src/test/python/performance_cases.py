"""Expected values of realised performance and its sampling errors, from NumPy and scikit-learn.

Run: python3 performance_cases.py > ../resources/io/mlops4j/monitor/golden/edge/performance_cases.json

Sampling errors do not come from the formulas of the library: they are infinitesimal jackknives, numerical derivatives of
scikit-learn's weighted metrics by the weight of each row. Those of areas under ROC curves come from all pairs of rows.
"""

import json
import sys
import warnings

import numpy as np
import sklearn
from scipy.stats import rankdata
from sklearn import metrics

warnings.filterwarnings("ignore")


def jackknife(metric, rows, unbiased=False):
    """Root of the sum of squared influences of rows on a metric of their weights."""
    step = 1e-4
    influence = []
    for row in range(rows):
        up, down = np.ones(rows), np.ones(rows)
        up[row] += step
        down[row] -= step
        influence.append((metric(up) - metric(down)) / (2 * step))
    return float(np.sqrt(np.sum(np.square(influence)) * (rows / (rows - 1) if unbiased else 1)))


def placements(score, above, below):
    wins = (score[above][:, None] > score[below][None, :]) + 0.5 * (score[above][:, None] == score[below][None, :])
    return wins.mean(axis=1), wins.mean(axis=0)


def mean_area(y, p, pairs):
    """Mean of areas and DeLong's error of it: the covariances of all areas, pair by pair of areas."""
    rows = len(y)
    areas, variance, influence = [], 0.0, []
    for c, above, below in pairs:
        a, b = np.flatnonzero(above), np.flatnonzero(below)
        va, vb = placements(p[:, c], a, b)
        areas.append(metrics.roc_auc_score(above[a.tolist() + b.tolist()], p[a.tolist() + b.tolist(), c]))
        here = np.zeros(rows)
        here[a] += (va - va.mean()) / np.sqrt(len(a) * (len(a) - 1))
        here[b] += (vb - vb.mean()) / np.sqrt(len(b) * (len(b) - 1))
        influence.append(here)
    for one in influence:
        for other in influence:
            variance += one @ other
    return {"value": float(np.mean(areas)), "error": float(np.sqrt(variance) / len(areas))}


def multiclass(y, p):
    k, rows, guess = p.shape[1], len(y), p.argmax(axis=1)
    labels = list(range(k))
    out = {"classes": k, "y": y.tolist(), "p": p.tolist()}
    for name in ("precision", "recall", "f1"):
        for average in ("macro", "micro", "weighted"):
            score = getattr(metrics, name + "_score")
            of = lambda w: score(y, guess, average=average, zero_division=0, sample_weight=w)
            out[f"{name}_{average}"] = {"value": of(np.ones(rows)), "error": jackknife(of, rows)}
    for average in ("macro", "micro", "weighted"):
        of = lambda w: metrics.fbeta_score(y, guess, beta=2, average=average, zero_division=0, sample_weight=w)
        out[f"f2_{average}"] = {"value": of(np.ones(rows)), "error": jackknife(of, rows)}
    out.update(agreement(y, guess, labels))
    for first in (1, 2):
        hits = np.array([label in np.argsort(-scores, kind="stable")[:first] for label, scores in zip(y, p)])
        out[f"top_{first}"] = {"value": hits.mean(), "error": np.sqrt(hits.mean() * (1 - hits.mean()) / rows)}
        if not any(len(set(scores)) < k for scores in p):  # scikit-learn breaks ties the other way
            assert np.isclose(hits.mean(), metrics.top_k_accuracy_score(y, p if k > 2 else p[:, 1], k=first, labels=labels))
    present = [c for c in labels if (y == c).any()]
    out["ovo"] = mean_area(y, p, [(c, y == c, y == d) for c in present for d in present if c != d])
    if len(present) == k:
        out["ovr"] = mean_area(y, p, [(c, y == c, y != c) for c in labels])
    squares = np.sum((p - np.eye(k)[y]) ** 2, axis=1)
    losses = -np.log(p[np.arange(rows), y] / p.sum(axis=1))
    out["brier"] = {"value": squares.mean(), "error": squares.std(ddof=1) / np.sqrt(rows)}
    out["log_loss"] = {"value": metrics.log_loss(y, p, labels=labels), "error": losses.std(ddof=1) / np.sqrt(rows)}
    top = p.max(axis=1)
    out["ece_quantile"] = ece(top, guess == y)
    return out


def agreement(y, guess, labels):
    """Matthews correlation, kappas and balanced accuracy of two sets of decisions."""
    rows, out = len(y), {}
    for name, of in {
        "mcc": lambda w: metrics.matthews_corrcoef(y, guess, sample_weight=w),
        "kappa_none": lambda w: metrics.cohen_kappa_score(y, guess, labels=labels, sample_weight=w),
        "kappa_linear": lambda w: metrics.cohen_kappa_score(y, guess, labels=labels, weights="linear", sample_weight=w),
        "kappa_quadratic": lambda w: metrics.cohen_kappa_score(y, guess, labels=labels, weights="quadratic", sample_weight=w),
        "balanced": lambda w: metrics.balanced_accuracy_score(y, guess, sample_weight=w),
    }.items():
        out[name] = {"value": float(of(np.ones(rows))), "error": jackknife(of, rows)}
    return out


def binary(y, p):
    """Decisions at 0.5, and curves in the order of scikit-learn; its infinite threshold is null."""
    rows, guess = len(y), (p >= 0.5).astype(int)
    out = {"y": y.tolist(), "p": p.tolist(), **agreement(y, guess, [0, 1])}
    for beta in (0.5, 2):
        of = lambda w: metrics.fbeta_score(y, guess, beta=beta, zero_division=0, sample_weight=w)
        out[f"f{beta}"] = {"value": float(of(np.ones(rows))), "error": jackknife(of, rows)}
    fpr, tpr, thresholds = metrics.roc_curve(y, p, drop_intermediate=True)
    out["roc"] = {"fpr": fpr.tolist(), "tpr": tpr.tolist(), "threshold": [None, *thresholds[1:].tolist()]}
    precision, recall, thresholds = metrics.precision_recall_curve(y, p, drop_intermediate=True)
    out["pr"] = {"precision": precision.tolist(), "recall": recall.tolist(), "threshold": [*thresholds.tolist(), None]}
    return out


def ece(p, y, bins=10):
    """Bins as in sklearn.calibration.calibration_curve(strategy="quantile")."""
    edges = np.unique(np.percentile(p, np.linspace(0, 100, bins + 1))[1:-1])
    at = np.searchsorted(edges, p)
    gap = p - y
    sums = np.bincount(at, gap, bins)
    signed = np.sign(sums)[at] * gap
    return {"value": np.abs(sums).sum() / len(p), "error": signed.std(ddof=1) / np.sqrt(len(p))}


def regression(y, z):
    rows = len(y)
    out = {"y": y.tolist(), "pred": z.tolist()}
    for name, score in {
        "mae": metrics.mean_absolute_error,
        "mse": metrics.mean_squared_error,
        "rmse": lambda a, b, sample_weight: np.sqrt(metrics.mean_squared_error(a, b, sample_weight=sample_weight)),
        "r2": metrics.r2_score,
        "mape": metrics.mean_absolute_percentage_error,
        "explained_variance": metrics.explained_variance_score,
        **({"msle": metrics.mean_squared_log_error} if min(y.min(), z.min()) >= 0 else {}),
        "pinball_0.9": lambda a, b, sample_weight: metrics.mean_pinball_loss(a, b, sample_weight=sample_weight, alpha=0.9),
    }.items():
        of = lambda w: score(y, z, sample_weight=w)
        out[name] = {"value": float(of(np.ones(rows))), "error": jackknife(of, rows, unbiased=True)}
    smape = 2 * np.abs(z - y) / (np.abs(y) + np.abs(z))
    out["smape"] = {"value": float(smape.mean()), "error": float(np.std(smape, ddof=1) / np.sqrt(rows))}
    # McKean and Schrader 1984
    absolute, z995 = np.sort(np.abs(z - y)), 2.5758293035489004
    k = max(1, int(np.rint((rows + 1) / 2 - z995 * np.sqrt(rows / 4))))
    out["median"] = {"value": metrics.median_absolute_error(y, z), "error": (absolute[rows - k] - absolute[k - 1]) / (2 * z995)}
    out["max"] = metrics.max_error(y, z)
    out["bias"] = {"value": float(np.mean(z - y)), "error": float(np.std(z - y, ddof=1) / np.sqrt(rows))}
    return out


def ranking(relevance, scores):
    ndcg = {k: [metrics.ndcg_score([r], [s], k=k) for r, s in zip(relevance, scores)] for k in (1, 3, None)}
    precision = [metrics.average_precision_score(np.array(r) > 0, s) for r, s in zip(relevance, scores)]
    error = lambda values: {"value": float(np.mean(values)), "error": float(np.std(values, ddof=1) / np.sqrt(len(values)))}
    ranks = [np.min(rankdata(-np.array(s), "max")[np.array(r) > 0]) for r, s in zip(relevance, scores)]
    for r, s, rank in zip(relevance, scores, ranks):
        if np.count_nonzero(r) == 1:
            assert np.isclose(metrics.label_ranking_average_precision_score([np.array(r) > 0], [s]), 1 / rank)
    hits = {f"hit_{k}": error([rank <= k for rank in ranks]) for k in (1, 2, 4)}
    return {"mrr": error([1 / rank for rank in ranks]), **hits, "relevance": relevance, "scores": scores, "ndcg_1": error(ndcg[1]), "ndcg_3": error(ndcg[3]),
            "ndcg": error(ndcg[None]), "map": error(precision)}


rng = np.random.default_rng(20010104)


def softmax(rows, k, strength, y):
    z = rng.normal(size=(rows, k)) + strength * np.eye(k)[y]
    e = np.exp(z)
    return np.round(e / e.sum(axis=1, keepdims=True), 3)


def labels(rows, shares):
    return rng.choice(len(shares), size=rows, p=shares)


y4, y3, y2, y5 = labels(150, [0.4, 0.3, 0.2, 0.1]), labels(60, [0.5, 0.5, 0]), labels(80, [0.7, 0.3]), labels(90, [0.7, 0.1, 0.1, 0.06, 0.04])
y5[:2] = 3  # a class of a single row has no variance
near = 1e9 + np.round(rng.normal(size=50), 3)
heavy = np.round(rng.standard_t(2, size=80) * 10, 3)
document = {
    "meta": {"numpy": np.__version__, "sklearn": sklearn.__version__, "python": sys.version.split()[0]},
    "multiclass": [
        multiclass(y4, softmax(150, 4, 1.5, y4)),
        multiclass(y3, softmax(60, 3, 1.0, y3)),
        multiclass(y2, softmax(80, 2, 0.8, y2)),
        multiclass(y5, softmax(90, 5, 1.0, y5)),
    ],
    "regression": [
        regression(np.round(rng.normal(5, 1, 40), 3), np.round(rng.normal(5, 1, 40), 3)),
        regression(near, near + np.round(rng.normal(0, 0.3, 50), 3)),
        regression(heavy, np.round(heavy * 0.9 + rng.normal(size=80), 3)),
    ],
    "ranking": ranking(
        [[3, 2, 0, 1], [0, 1, 0, 0, 2], [1, 0, 0], [0, 0, 1, 1, 1, 0]],
        [[0.9, 0.3, 0.5, 0.1], [0.5, 0.5, 0.2, 0.5, 0.1], [0.1, 0.2, 0.3], [1, 1, 1, 0.5, 0.5, 0.5]],
    ),
    "ece": [
        {"p": (p := np.round(rng.beta(1, 6, 200), 2)).tolist(), "y": (y := (rng.random(200) < p * 1.3).astype(int)).tolist(),
         "expected": ece(p, y)},
        {"p": [0.5] * 8, "y": [1, 0, 0, 0, 1, 0, 0, 0], "expected": ece(np.full(8, 0.5), np.array([1, 0, 0, 0, 1, 0, 0, 0]))},
    ],
}
yb = labels(300, [0.8, 0.2])
document["binary"] = [
    binary(yb, np.round(np.clip(rng.normal(0.3 + 0.3 * yb, 0.2), 0, 1), 4)),
    binary(yb, np.round(np.clip(rng.normal(0.3 + 0.3 * yb, 0.2), 0, 1), 1)),  # many ties
    binary(np.array([0, 1, 1, 0, 1]), np.array([0.6, 0.6, 0.4, 0.2, 0.9])),
    binary(1 - yb, np.where(yb == 1, 0.1, 0.9)),  # separates perfectly
]
json.dump(document, sys.stdout)
print()
