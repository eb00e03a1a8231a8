"""Expected figures of a live monitor, from scikit-learn.

Run: python3 live_performance.py > ../resources/io/mlops4j/monitor/golden/edge/live_performance.json

The rows come from a linear congruential generator (Knuth's MMIX constants), so the test makes the same rows: each number is
the upper 53 bits of the state as a fraction. LivePerformanceTest reads the numbers in the same order.
"""

import json
import sys

import numpy as np
import sklearn
from sklearn import metrics as m


class Lcg:
    def __init__(self, seed):
        self.state = seed

    def next(self):
        self.state = (self.state * 6364136223846793005 + 1442695040888963407) % 2**64
        return (self.state >> 11) / 2**53


def joined():
    """200 000 predictions, 80 % labelled, in shuffled order, 5 % of the labels repeated and 2 % of unknown rows."""
    lcg, rows = Lcg(200), 200_000
    score, label, events = [], [], []
    for i in range(rows):
        score.append(lcg.next())
        label.append(int(lcg.next() < 0.2 + 0.4 * score[i]))
        if lcg.next() < 0.8:
            events.append((i, label[i]))
            if lcg.next() < 0.05:
                events.append((i, label[i]))
            if lcg.next() < 0.02:
                events.append((-1 - i, 1))
    for i in range(len(events) - 1, 0, -1):
        j = int(lcg.next() * (i + 1))
        events[i], events[j] = events[j], events[i]
    got = sorted({row for row, _ in events if row >= 0})
    y, s = np.array(label)[got], np.array(score)[got]
    groups = np.array(got) % 3
    return {
        "events": len(events),
        "labelled": len(got),
        "repeated": sum(1 for row, _ in events if row >= 0) - len(got),
        "unknown": sum(1 for row, _ in events if row < 0),
        "roc_auc": m.roc_auc_score(y, s),
        "average_precision": m.average_precision_score(y, s),
        "log_loss": m.log_loss(y, s),
        "brier": m.brier_score_loss(y, s),
        "accuracy": m.accuracy_score(y, s >= 0.5),
        "f1": m.f1_score(y, s >= 0.5),
        "saved": float(np.mean(np.where(s >= 0.5, np.where(y == 1, 10.0, -1.0), 0.0))),
        "roc_auc_by_group": [m.roc_auc_score(y[groups == g], s[groups == g]) for g in range(3)],
    }


def multi_class():
    lcg, rows, classes = Lcg(3), 3_000, 3
    p, y = [], []
    for _ in range(rows):
        raw = np.array([lcg.next() + 0.05 for _ in range(classes)])
        p.append(raw / raw.sum())
        y.append(int(np.searchsorted(np.cumsum(p[-1])[:-1], lcg.next(), side="right")))
    p, y = np.array(p), np.array(y)
    chosen = p.argmax(axis=1)
    expected = {
        "accuracy": m.accuracy_score(y, chosen),
        "balanced_accuracy": m.balanced_accuracy_score(y, chosen),
        "mcc": m.matthews_corrcoef(y, chosen),
        "kappa": m.cohen_kappa_score(y, chosen),
        "top_2_accuracy": m.top_k_accuracy_score(y, p, k=2),
        "roc_auc_ovr": m.roc_auc_score(y, p, multi_class="ovr"),
        "roc_auc_ovo": m.roc_auc_score(y, p, multi_class="ovo"),
        "log_loss": m.log_loss(y, p),
        "brier": float(np.mean(((p - np.eye(classes)[y]) ** 2).sum(axis=1))),
    }
    for average in ("macro", "micro", "weighted"):
        expected["precision_" + average] = m.precision_score(y, chosen, average=average)
        expected["recall_" + average] = m.recall_score(y, chosen, average=average)
        expected["f1_" + average] = m.f1_score(y, chosen, average=average)
    return expected


def regression():
    lcg, rows = Lcg(4), 3_000
    y, p = [], []
    for _ in range(rows):
        y.append(100 * lcg.next() + 1)
        p.append(y[-1] + 20 * (lcg.next() - 0.4))
    y, p = np.array(y), np.array(p)
    return {
        "mae": m.mean_absolute_error(y, p),
        "mse": m.mean_squared_error(y, p),
        "rmse": m.root_mean_squared_error(y, p),
        "bias": float(np.mean(p - y)),
        "r2": m.r2_score(y, p),
        "explained_variance": m.explained_variance_score(y, p),
        "mape": m.mean_absolute_percentage_error(y, p),
        "median_absolute_error": m.median_absolute_error(y, p),
        "maximum_error": m.max_error(y, p),
    }


def ranking():
    lcg, queries, items = Lcg(5), 300, 10
    relevance, scores = [], []
    for _ in range(queries):
        its = [float(int(lcg.next() * 4)) for _ in range(items)]
        relevance.append(its)
        scores.append([r + 6 * lcg.next() for r in its])
    relevance, scores = np.array(relevance), np.array(scores)
    assert (relevance.max(axis=1) > 0).all()
    order = np.argsort(-scores, axis=1)
    hits = np.take_along_axis(relevance, order, axis=1) > 0
    return {
        "ndcg": m.ndcg_score(relevance, scores),
        "map": float(np.mean([m.average_precision_score(r > 0, s) for r, s in zip(relevance, scores)])),
        "mrr": float(np.mean(1 / (hits.argmax(axis=1) + 1))),
        "hit_rate_1": float(np.mean(hits[:, 0])),
    }


json.dump(
    {
        "made": f"scikit-learn {sklearn.__version__}, NumPy {np.__version__}, Python {sys.version.split()[0]}",
        "joined": joined(),
        "multi_class": multi_class(),
        "regression": regression(),
        "ranking": ranking(),
    },
    sys.stdout,
    indent=1,
)
print()
