"""Expected values of performance estimated without labels, from NumPy and scikit-learn.

Run: python3 estimate_cases.py > ../resources/io/mlops4j/monitor/golden/edge/estimate_cases.json

Two classes: the formulas that NannyML publishes ("Confidence-based Performance Estimation", docs.nannyml.com, how it works), row by
row: P(wrong) = |decision - p|, ROC AUC as the area below expected true and false positive rates of all thresholds. The
calibration is scikit-learn's isotonic regression. Standard errors come from numerical derivatives by the probability of each
row: sqrt(sum p (1 - p) slope^2 + sum over 32 groups of q (1 - q) / n (sum of the group's slopes)^2).

Several classes: one-versus-rest calibration, divided by the sum of each row; expected confusion of each class with the rest;
macro means; ROC AUC as the mean of the classes' areas, each from the calibrated probability of its class alone.

Dle: the errors of scikit-learn's regression tree, grown on every second row; the leaves' means are those of the other rows.
"""

import json
import sys

import numpy as np
import sklearn
from sklearn.isotonic import IsotonicRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import StratifiedKFold
from sklearn.tree import DecisionTreeRegressor

GROUPS, BINS, LEAVES, SMALLEST = 32, 1024, 32, 50


def calibration_error(s, p, y, bins=10):
    """Both errors in the same bins of the score: the ties of an isotonic fit would merge bins and flatter it."""
    edges = np.unique(np.percentile(s, np.linspace(0, 100, bins + 1))[1:-1])
    return np.abs(np.bincount(np.searchsorted(edges, s), p - y, bins)).sum() / len(p)


def calibration(y, s):
    """The isotonic fit and whether it lowers the calibration error of held-out rows, clearly."""
    fit = lambda rows: IsotonicRegression(out_of_bounds="clip").fit(s[rows], y[rows])
    everything = np.arange(len(y))
    if len(set(y)) == 1 or roc_auc_score(y, s) > 0.999:
        return None
    if s.min() >= 0 and s.max() <= 1:
        gain = [
            calibration_error(s[test], s[test], y[test]) - calibration_error(s[test], fit(train).predict(s[test]), y[test])
            for seed in range(20)
            for train, test in StratifiedKFold(10, shuffle=True, random_state=seed).split(s, y)
        ]
        assert abs(np.mean(gain)) > 0.002, np.mean(gain)  # no case depends on how rows are split
        if np.mean(gain) < 0:
            return None
    return fit(everything)


def expected(p, positive):
    tp, fp = p[positive].sum(), (1 - p[positive]).sum()
    fn, tn = p[~positive].sum(), (1 - p[~positive]).sum()
    return tn, fp, fn, tp


def area(p, s):
    """Trapezoids below the expected rates at each distinct score."""
    thresholds = np.unique(s)[::-1]
    tpr = np.array([0, *(p[s >= t].sum() for t in thresholds)]) / p.sum()
    fpr = np.array([0, *((1 - p[s >= t]).sum() for t in thresholds)]) / (1 - p).sum()
    return np.trapezoid(tpr, fpr)


def figures(threshold, s):
    def of(name):
        def value(p):
            tn, fp, fn, tp = expected(p, s >= threshold)
            return {
                "accuracy": lambda: (tp + tn) / len(p),
                "precision": lambda: tp / (tp + fp),
                "recall": lambda: tp / (tp + fn),
                "f1": lambda: 2 * tp / (2 * tp + fp + fn),
                "roc_auc": lambda: area(p, s),
            }[name]()

        return value

    return {name: of(name) for name in ("accuracy", "precision", "recall", "f1", "roc_auc")}


def slopes(of, p):
    step, result = 1e-5, []
    for row in range(len(p)):
        up, down = p.copy(), p.copy()
        up[row] += step
        down[row] -= step
        result.append((of(up) - of(down)) / (2 * step))
    return np.array(result)


def cbpe(y, s, window, threshold):
    fit = calibration(y, s)
    to_p = fit.predict if fit else lambda x: np.clip(x, 0, 1)
    p, q = to_p(window), to_p(s)
    distinct = np.unique(s)
    assert len(distinct) <= BINS  # so that each score has a bin of its own, and ties are those of rows
    below = lambda x: np.searchsorted(np.sort(s), distinct[np.minimum(np.searchsorted(distinct, x), len(distinct) - 1)])
    group, known = (np.minimum(below(x) * GROUPS // len(s), GROUPS - 1) for x in (window, s))
    variance = np.zeros(GROUPS)
    for g in range(GROUPS):
        n, events = np.count_nonzero(known == g), q[known == g].sum()
        share = (events + 1) / (n + 2)
        variance[g] = share * (1 - share) / max(n, 1)
    out = {
        "labels": y.tolist(), "scores": s.tolist(), "window": window.tolist(), "threshold": threshold,
        "calibrated": fit is not None, "probabilities": p.tolist(),
        "confusion": list(expected(p, window >= threshold)),
        "outside": int(np.count_nonzero((window < s.min()) | (window > s.max()))),
    }
    for name, of in figures(threshold, window).items():
        slope = slopes(of, p)
        error = np.sqrt(np.sum(p * (1 - p) * slope**2) + np.sum(variance * np.bincount(group, slope, GROUPS) ** 2))
        out[name] = {"value": float(of(p)), "error": float(error)}
    return out


def cbpe_classes(y, s, window):
    """The window has rows of the reference, whose scores have bins of their own."""
    classes = range(s.shape[1])
    fits = [calibration((y == c).astype(float), s[:, c]) for c in classes]
    alone = np.column_stack([fit.predict(window[:, c]) if fit else window[:, c] for c, fit in enumerate(fits)])
    q = alone / alone.sum(axis=1, keepdims=True)
    predicted = window.argmax(axis=1)
    n = np.bincount(predicted, minlength=len(classes))
    tp = np.array([q[predicted == c, c].sum() for c in classes])
    fn = np.array([q[predicted != c, c].sum() for c in classes])
    return {
        "labels": y.tolist(), "probabilities": s.tolist(), "window": window.tolist(),
        "calibrated": sum(fit is not None for fit in fits),
        "accuracy": tp.sum() / len(window), "precision": np.mean(tp / n), "recall": np.mean(tp / (tp + fn)),
        "f1": np.mean(2 * tp / (n + tp + fn)),
        "roc_auc": np.mean([area(alone[:, c], window[:, c]) for c in classes]),
    }


def dle(x, prediction, y, window, answers):
    columns = np.column_stack([x, prediction])
    absolute, squared = np.abs(prediction - y), (prediction - y) ** 2
    first, second = np.arange(0, len(y), 2), np.arange(1, len(y), 2)
    tree = DecisionTreeRegressor(max_leaf_nodes=LEAVES, min_samples_leaf=SMALLEST, random_state=0)
    tree.fit(columns[first].astype(np.float32), absolute[first])
    leaves = lambda rows: tree.apply(rows.astype(np.float32))
    known, seen = leaves(columns[second]), leaves(np.column_stack([window, answers]))
    rows, out = len(answers), {}
    for name, errors in (("mae", absolute[second]), ("mse", squared[second])):
        mean, sampling, reference = 0.0, 0.0, 0.0
        for leaf in np.unique(seen):
            here, w = errors[known == leaf], np.count_nonzero(seen == leaf)
            assert len(here) >= 10
            mean += w * here.mean() / rows
            sampling += w * here.var(ddof=1) / rows**2
            reference += w**2 * here.var(ddof=1) / len(here) / rows**2
        out[name] = {"value": mean, "error": float(np.sqrt(sampling + reference))}
    root = np.sqrt(out["mse"]["value"])
    out["rmse"] = {"value": root, "error": out["mse"]["error"] / (2 * root)}
    return {
        "features": x.tolist(), "predictions": prediction.tolist(), "labels": y.tolist(), "window": window.tolist(),
        "answers": answers.tolist(), "leaves": int(tree.get_n_leaves()), **out,
    }


rng = np.random.default_rng(20010104)


def classified(rows, distort, digits=3):
    true = np.round(rng.beta(1.5, 3, rows), digits)
    return (rng.random(rows) < true).astype(int), np.round(distort(true), digits)


def numbers(rows, shift=0.0):
    # quarters and eighths, exact in single precision as well, which scikit-learn's trees read
    x = np.round(rng.normal(shift, 1, (rows, 3)) * 64) / 64
    prediction = np.round((x[:, 0] + 2 * x[:, 1]) * 64) / 64
    return x, prediction


def labelled(seed, power, rows):
    """Three classes whose probabilities are distorted by a power, and a window."""
    own = np.random.default_rng(seed)
    p = own.dirichlet([0.6, 0.9, 1.4], rows)
    y = np.array([own.choice(3, p=row) for row in p])
    s = p**power
    s = np.round(s / s.sum(axis=1, keepdims=True), 3)
    return y, s, s[own.integers(rows, size=300)]


CLASSES = [(1, 3.0, 900), (1, 0.4, 900), (27, 1.0, 80)]
y1, s1 = classified(1200, lambda p: p)
y2, s2 = classified(1500, lambda p: p**2)
y3, s3 = classified(1000, lambda p: np.log((p + 0.01) / (1.01 - p)), 2)
w2 = np.round(rng.choice(s2, 400) ** 0.8, 3)
w2 = np.unique(s2)[np.minimum(np.searchsorted(np.unique(s2), w2), len(np.unique(s2)) - 1)]  # known scores
x, prediction = numbers(2400)
y = np.round(prediction + (0.2 + np.abs(x[:, 2])) * rng.standard_normal(2400), 3)
xw, pw = numbers(400, 0.4)
document = {
    "meta": {"numpy": np.__version__, "sklearn": sklearn.__version__, "python": sys.version.split()[0]},
    "cbpe": [
        cbpe(y1, s1, rng.choice(s1, 300), 0.5),
        cbpe(y2, s2, w2, 0.25),
        cbpe(y3, s3, rng.choice(s3[s3 > -1], 200), 0.0),
        cbpe(np.zeros(50, int), s1[:50], s1[:50], 0.3),
    ],
    "cbpe_classes": [cbpe_classes(*labelled(*known)) for known in CLASSES],
    "dle": [dle(x, prediction, y, xw, pw)],
}
json.dump(document, sys.stdout)
print()
