"""Expected values of two-sample tests in shapes that go wrong, from NumPy and SciPy.

Run: python3 statistics_cases.py > ../resources/io/mlops4j/monitor/golden/edge/statistics_cases.json
"""

import json
import sys
import warnings

import numpy as np
import scipy
from scipy import special, stats

warnings.filterwarnings("ignore")


def cvm_tail(x):
    """Csörgő and Faraway 1996, (1.3), summed to all digits; SciPy stops at 1e-7."""
    if x < 0.003:
        return 1.0
    import mpmath as mp

    mp.mp.dps = 60
    x = mp.mpf(x)
    term = lambda k: (
        mp.gamma(k + 0.5) / mp.gamma(k + 1) / (mp.pi**1.5 * mp.sqrt(x)) * mp.sqrt(4 * k + 1)
        * mp.exp(-((4 * k + 1) ** 2) / (16 * x)) * mp.besselk(0.25, (4 * k + 1) ** 2 / (16 * x))
    )
    return float(1 - mp.fsum(term(k) for k in range(60)))


def cvm_averaged(first, second):
    """T with the mean of both sides at a tie, and its p-value from sums over all pairs of gaps."""
    n, m = len(first), len(second)
    rows = n + m
    values, counts = np.unique(np.concatenate([first, second]), return_counts=True)
    difference = np.array([np.mean(first <= v) - np.mean(second <= v) for v in values])
    before = np.concatenate([[0.0], difference[:-1]])
    t = n * m / rows**2 * np.sum(counts * (before**2 + difference**2) / 2)
    if len(values) == 1 or t == 0:
        return {"statistic": 0.0, "pvalue": 1.0}

    def moments(counts):
        weight = (counts[:-1] + counts[1:]) / 2 / rows
        h = np.cumsum(counts)[:-1] / rows
        covariance = np.minimum.outer(h, h) * (1 - np.maximum.outer(h, h))
        return np.sum(weight * h * (1 - h)) * rows / (rows - 1), 2 * np.sum(np.outer(weight, weight) * covariance**2)

    mean, variance = moments(counts)
    untied = moments(np.ones(rows))[1]
    exact = (rows + 1) * (4 * n * m * rows - 3 * (n * n + m * m) - 2 * n * m) / (45 * rows**2 * 4 * n * m)
    if exact <= 0:
        return {"statistic": t, "pvalue": 1.0}
    return {"statistic": t, "pvalue": cvm_tail(1 / 6 + (t - mean) / np.sqrt(45 * exact * variance / untied))}


def case(name, first, second):
    first, second = np.array(first, float), np.array(second, float)
    n, m = len(first), len(second)
    expected = {
        "ks_exact": stats.ks_2samp(first, second, method="exact").pvalue,
        "ks": stats.ks_2samp(first, second, method="asymp").statistic,
        "wasserstein": stats.wasserstein_distance(first, second),
        "deviation": float(np.std(first - first.mean())),
        "energy": stats.energy_distance(first, second),
        "cvm_averaged": cvm_averaged(first, second),
    }
    midranks = stats.cramervonmises_2samp(first, second, method="asymptotic")
    expected["cvm_midranks"] = {"statistic": midranks.statistic, "pvalue": midranks.pvalue}
    if max(n, m) <= 30 and len(np.unique(np.concatenate([first, second]))) == n + m:
        expected["cvm_exact"] = stats.cramervonmises_2samp(first, second, method="exact").pvalue
    if n + m >= 4 and len(np.unique(np.concatenate([first, second]))) > 1:
        expected["anderson"] = stats.anderson_ksamp([first, second], midrank=True).statistic
        ranks = stats.mannwhitneyu(first, second, method="asymptotic")
        expected["mann_whitney"] = {"statistic": ranks.statistic, "pvalue": ranks.pvalue}
    if min(n, m) > 1 and np.std(first) + np.std(second) > 0:
        # moved and scaled first, which changes nothing but digits: SciPy loses them near 1e9 and overflows near 1e150
        scale = max(np.ptp(first), np.ptp(second), abs(first[0] - second[0]))
        welch = stats.ttest_ind((first - first[0]) / scale, (second - first[0]) / scale, equal_var=False)
        expected["welch"] = {"statistic": welch.statistic, "pvalue": welch.pvalue}
    return {"name": name, "ref": first.tolist(), "cur": second.tolist(), "expected": expected}


def spread(count, factor, shift):
    """The same numbers in Python and Java, without a file: a full-period congruence."""
    return (np.arange(count, dtype=np.int64) * factor % 2147483647) / 2147483647 + shift


def large(count):
    """A million values, of which the Java test makes the same."""
    first, second = spread(count, 1103515245, 0.0), spread(count, 65539, 0.002)
    ks = stats.ks_2samp(first, second, method="asymp")
    ranks = stats.mannwhitneyu(first, second, method="asymptotic")
    welch = stats.ttest_ind(first, second, equal_var=False)
    return {
        "count": count, "ks": ks.statistic, "ks_pvalue": ks.pvalue,
        "wasserstein": stats.wasserstein_distance(first, second), "energy": stats.energy_distance(first, second),
        "cvm": stats.cramervonmises_2samp(first, second).statistic,
        "mann_whitney": {"statistic": ranks.statistic, "pvalue": ranks.pvalue},
        "welch": {"statistic": welch.statistic, "pvalue": welch.pvalue},
    }


def fisher(reference, current):
    result = stats.fisher_exact([reference, current])
    return {
        "ref": reference, "cur": current, "pvalue": result.pvalue,
        "statistic": "inf" if np.isinf(result.statistic) else result.statistic,
    }


def without_nan(node):
    """SciPy's undefined answers are left out."""
    if isinstance(node, dict):
        return {key: without_nan(value) for key, value in node.items() if not (isinstance(value, float) and np.isnan(value))}
    return [without_nan(value) for value in node] if isinstance(node, list) else node


def binned(reference, current, positions):
    return {"ref": reference, "cur": current, "positions": positions,
            "energy": stats.energy_distance(positions, positions, reference, current)}


rng = np.random.default_rng(20010103)
r6 = lambda values: np.round(values, 6)
document = {
    "meta": {"numpy": np.__version__, "scipy": scipy.__version__, "python": sys.version.split()[0]},
    "two_sample": [
        case("one against one", [1], [2]),
        case("one against five", [2.5], [1, 2, 3, 4, 5]),
        case("two against three", [1, 4], [2, 3, 5]),
        case("nineteen against twenty", r6(rng.normal(size=19)), r6(rng.normal(0.8, 1, 20))),
        case("far apart", r6(rng.normal(size=18)), r6(rng.normal(30, 1, 12))),
        case("heavy tails", r6(rng.standard_cauchy(40)), r6(rng.standard_cauchy(36))),
        case("very heavy tails", r6(np.exp(np.abs(rng.standard_cauchy(30)))), r6(np.exp(np.abs(rng.standard_cauchy(24))))),
        case("offset 1e9", 1e9 + r6(rng.normal(size=60)), 1e9 + r6(rng.normal(0.5, 1, 50))),
        case("offset -1e9, unequal", -1e9 + r6(rng.normal(size=200)), -1e9 + r6(rng.normal(0.3, 1, 7))),
        case("unequal", r6(rng.normal(size=500)), r6(rng.normal(1, 1, 6))),
        case("coins", rng.integers(0, 2, 200), rng.integers(0, 2, 100)),
        case("dice", rng.integers(1, 7, 90), rng.integers(1, 6, 30)),
        case("mostly zero", np.where(rng.random(120) < 0.8, 0, r6(rng.exponential(size=120))),
             np.where(rng.random(40) < 0.6, 0, r6(rng.exponential(size=40)))),
        case("one constant", [5] * 30, [5] * 20),
        case("two constants", [5] * 8, [6] * 4),
        case("constant against values", [0] * 12, r6(rng.normal(size=15))),
        case("equal with ties", [1, 1, 2, 3, 3, 3], [1, 1, 2, 3, 3, 3]),
        case("equal shares", [1, 2] * 6, [1, 2] * 3),
        case("tiny and huge", [1e-300, 1e-9, 1, 1e9, 1e150], [2e-300, 1e-8, 2, 1e10]),
    ],
    "million": large(1_000_000),
    "cvm_tail": [[x, cvm_tail(x)] for x in (0.01, 0.02, 0.05, 0.1, 0.2, 0.3473, 0.46136, 0.74346, 1.16786, 2, 4, 10)],
    "binned": [
        binned([5, 0, 3, 2], [1, 1, 1, 7], [-1.0, 0.0, 2.5, 10.0]), binned([10, 10], [5, 5], [0.0, 1.0]),
        binned([800, 150, 50], [90, 8, 2], [0.5, 1.5, 40.0]),
    ],
    "fisher": [
        fisher([8, 2], [1, 5]), fisher([100, 3], [9, 4]), fisher([9990, 10], [480, 20]), fisher([3, 0], [0, 2]),
        fisher([5, 5], [5, 5]), fisher([1, 0], [0, 1]), fisher([7, 0], [3, 1]),
        fisher([100000, 40], [900000, 300]), fisher([50, 60], [70, 80]), fisher([0, 10], [10, 990]),
    ],
}
json.dump(without_nan(document), sys.stdout, indent=1)
print()
