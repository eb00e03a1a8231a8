"""Expected values for edge cases, from NumPy, SciPy and scikit-learn.

Run: python3 edge_cases.py > ../resources/io/mlops4j/monitor/golden/edge/edge_cases.json
"""

import json
import sys

import numpy as np
import scipy
import sklearn
from scipy import stats
from sklearn import metrics


def delong(y, score):
    """Standard error of the ROC AUC by DeLong's definition: all pairs, no ranks."""
    positive, negative = score[y == 1], score[y == 0]
    wins = (positive[:, None] > negative[None, :]) + 0.5 * (positive[:, None] == negative[None, :])
    by_positive, by_negative = wins.mean(axis=1), wins.mean(axis=0)
    return float(np.sqrt(by_positive.var(ddof=1) / len(positive) + by_negative.var(ddof=1) / len(negative)))


def shares(reference, current):
    """Pooled z test of two shares, each given as [misses, hits]."""
    n, m = sum(reference), sum(current)
    s = (reference[1] + current[1]) / (n + m)
    difference = current[1] / m - reference[1] / n
    z = difference / np.sqrt(s * (1 - s) * (1 / n + 1 / m))
    return {"ref": reference, "cur": current, "difference": difference, "z": z, "pvalue": 2 * stats.norm.sf(abs(z))}


def ks(reference, current):
    exact = stats.ks_2samp(reference, current, method="exact")
    asymp = stats.ks_2samp(reference, current, method="asymp")
    return {
        "ref": reference, "cur": current, "statistic": exact.statistic,
        "exact": exact.pvalue, "asymp": None if np.isnan(asymp.pvalue) else asymp.pvalue,
        "wasserstein": stats.wasserstein_distance(reference, current),
    }


def binned(reference, current, positions):
    return {
        "ref": reference, "cur": current, "positions": positions,
        "wasserstein": stats.wasserstein_distance(positions, positions, reference, current),
        "deviation": float(np.sqrt(np.cov(positions, fweights=reference, ddof=0))),
        "ks": float(np.max(np.abs(np.cumsum(reference) / np.sum(reference) - np.cumsum(current) / np.sum(current)))),
    }


def binary(y, p):
    y, p = np.array(y), np.array(p)
    return {
        "y": y.tolist(), "p": p.tolist(), "roc_auc": metrics.roc_auc_score(y, p), "delong": delong(y, p),
        "average_precision": metrics.average_precision_score(y, p), "log_loss": metrics.log_loss(y, p),
        "brier": metrics.brier_score_loss(y, p),
        "brier_error": float(np.std((p - y) ** 2, ddof=1) / np.sqrt(len(y))),
    }


def kstwo_sf(d, n):
    """SciPy's tail; for a million rows and more SciPy itself approximates (5e-6 off at p = 2e-5), there the whole sum."""
    if n < 1_000_000 or n * d * d < 2.2:
        return float(stats.kstwo.sf(d, n))
    j = np.arange(int(n * (1 - d)) + 1)
    at = d + j / n
    return float(2 * np.sum(d / at * stats.binom.pmf(j, n, at)))


rng = np.random.default_rng(20010101)
y200 = (rng.random(200) < 0.25).astype(int)
p200 = np.round(np.clip(0.25 + 0.2 * (y200 - 0.25) + rng.normal(0, 0.15, 200), 0, 1), 2)  # many ties

document = {
    "meta": {"numpy": np.__version__, "scipy": scipy.__version__, "sklearn": sklearn.__version__,
             "python": sys.version.split()[0]},
    "ks": [
        ks([1.0], [1.0]),
        ks([1.0], [2.0]),
        ks([1.0, 1.0, 1.0], [1.0, 1.0]),
        ks([-0.0, 0.0, 1.0], [0.0, 0.0, 1.0]),
        ks(list(map(float, range(40))), list(map(float, range(100, 160)))),
        ks(list(map(float, range(100))), [x + 0.5 for x in range(100)]),
        ks([float(x % 7) for x in range(350)], [float(x % 5) for x in range(220)]),
        ks([1e9, 1e9 + 1, 1e9 + 2], [1e9 + 1, 1e9 + 3]),
    ],
    "kstwo_sf": [
        [n, d, kstwo_sf(d, n)]
        for n in (1, 2, 10, 140, 141, 500, 5000, 100000, 300000, 2000000)
        for d in (0.0005, 0.0009, 0.0017, 0.003, 0.005, 0.01, 0.02, 0.04, 0.08, 0.12, 0.17, 0.25, 0.4, 0.6, 0.95)
        if n * d * d < 300
    ],
    "binned": [
        binned([5, 0, 3, 2], [1, 1, 1, 7], [-1.0, 0.0, 2.5, 10.0]),
        binned([10, 10], [10, 10], [0.0, 1.0]),
        binned([800, 150, 50], [90, 8, 2], [0.5, 1.5, 40.0]),
    ],
    "shares": [shares([60, 40], [45, 55]), shares([9990, 10], [4900, 100]), shares([3, 1], [1, 1])],
    "chi2_large": {
        "ref": [100000, 50000, 25000, 3], "cur": [99000, 51000, 25500, 9],
        "statistic": float(stats.chi2_contingency([[100000, 50000, 25000, 3], [99000, 51000, 25500, 9]]).statistic),
        "pvalue": float(stats.chi2_contingency([[100000, 50000, 25000, 3], [99000, 51000, 25500, 9]]).pvalue),
    },
    # the three rarest joined by hand: with two or one joined more than a fifth of the expected counts stay below 5
    "chi2_pooled": {
        "ref": [50, 40, 3, 2, 1], "cur": [45, 48, 1, 3, 4],
        "statistic": float(stats.chi2_contingency([[50, 40, 6], [45, 48, 8]], correction=False).statistic),
        "pvalue": float(stats.chi2_contingency([[50, 40, 6], [45, 48, 8]], correction=False).pvalue),
        "dof": 2,
    },
    "binary": [
        binary([0, 1, 0, 1, 1, 0, 0, 1], [0.1, 0.4, 0.4, 0.8, 0.4, 0.2, 0.8, 0.9]),
        binary(y200, p200),
        binary([0, 0, 1, 1], [0.5, 0.5, 0.5, 0.5]),
        binary([0, 0, 1, 1], [0.0, 0.2, 0.9, 1.0]),
        binary([0, 0, 1, 1], [1.0, 0.8, 0.1, 0.0]),
    ],
}
json.dump(document, sys.stdout, indent=1)
print()
