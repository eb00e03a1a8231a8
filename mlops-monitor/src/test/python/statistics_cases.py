"""Expected values of two-sample tests in shapes that go wrong, from NumPy and SciPy.

Run: python3 statistics_cases.py > ../resources/io/mlops4j/monitor/golden/edge/statistics_cases.json
"""

import json
import sys
import warnings

import numpy as np
import scipy
from scipy import stats

warnings.filterwarnings("ignore")


def case(name, first, second):
    first, second = np.array(first, float), np.array(second, float)
    expected = {
        "ks_exact": stats.ks_2samp(first, second, method="exact").pvalue,
        "ks": stats.ks_2samp(first, second, method="asymp").statistic,
        "wasserstein": stats.wasserstein_distance(first, second),
        "deviation": float(np.std(first - first.mean())),
    }
    return {"name": name, "ref": first.tolist(), "cur": second.tolist(), "expected": expected}


def spread(count, factor, shift):
    """The same numbers in Python and Java, without a file: a full-period congruence."""
    return (np.arange(count, dtype=np.int64) * factor % 2147483647) / 2147483647 + shift


def large(count):
    """A million values, of which the Java test makes the same."""
    first, second = spread(count, 1103515245, 0.0), spread(count, 65539, 0.002)
    ks = stats.ks_2samp(first, second, method="asymp")
    return {
        "count": count, "ks": ks.statistic, "ks_pvalue": ks.pvalue,
        "wasserstein": stats.wasserstein_distance(first, second),
    }


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
}
json.dump(document, sys.stdout, indent=1)
print()
