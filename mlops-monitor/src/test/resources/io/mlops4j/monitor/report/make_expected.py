"""Compares January's flights with other months, on raw values with SciPy; none of our code.

    make_expected.py    writes expected.json from ../profile/flights.csv.gz

Written with Python 3.13, NumPy 2.2.4, SciPy 1.15.3.
"""

import csv
import gzip
import json
import pathlib

import numpy as np
from scipy import stats
from scipy.spatial.distance import jensenshannon

HERE = pathlib.Path(__file__).parent
NUMBERS = ["distance", "hour"]
TEXTS = ["origin", "destination", "weekday"]


def month(rows, name):
    of = [r for r in rows if r["month"] == name]
    columns = {c: np.array([r[c] for r in of]) for c in TEXTS}
    for c in NUMBERS:
        columns[c] = np.array([float(r[c]) for r in of])
    return columns


def psi(p, q):
    """Counts; a floor of 1e-4; nothing where both are empty."""
    used = (p + q) > 0
    p = np.maximum(p[used] / p.sum(), 1e-4)
    q = np.maximum(q[used] / q.sum(), 1e-4)
    return float(np.sum((q - p) * np.log(q / p)))


def numbers(reference, current):
    deciles = np.unique(np.quantile(reference, np.arange(1, 10) / 10, method="inverted_cdf"))
    ks = stats.ks_2samp(reference, current, method="exact")
    return {
        "wasserstein": float(stats.wasserstein_distance(reference, current) / reference.std()),
        "ks": float(ks.statistic),
        "ksP": float(ks.pvalue),
        "psi": psi(
            np.bincount(np.searchsorted(deciles, reference), minlength=len(deciles) + 1),
            np.bincount(np.searchsorted(deciles, current), minlength=len(deciles) + 1),
        ),
    }


def texts(reference, current):
    """Categories that are rare in both together join those that the reference never saw."""
    seen = sorted(set(reference), key=lambda n: (-np.sum(reference == n), n.encode()))
    p = np.array([np.sum(reference == n) for n in seen] + [0])
    q = np.array([np.sum(current == n) for n in seen])
    q = np.append(q, len(current) - q.sum())
    n, m = p.sum(), q.sum()
    rare = (p + q) * min(n, m) / (n + m) < 5
    rare[-1] = True
    pooled = np.array([np.append(p[~rare], p[rare].sum()), np.append(q[~rare], q[rare].sum())])
    pooled = pooled[:, pooled.sum(axis=0) > 0]
    chance = (pooled.shape[1] - 1) * (1 / n + 1 / m) / (8 * np.log(2))
    divergence = jensenshannon(*pooled, base=2) ** 2 - chance
    ten = lambda counts: np.append(counts[:9], counts[9:].sum())
    return {
        "jensenShannon": float(np.sqrt(max(0, divergence))),
        "chiSquareP": float(stats.chi2_contingency(pooled).pvalue),
        "psi": psi(ten(p), ten(q)),
    }


def compared(reference, current):
    columns = {c: numbers(reference[c], current[c]) for c in NUMBERS}
    columns |= {c: texts(reference[c], current[c]) for c in TEXTS}
    p = [v.get("ksP", v.get("chiSquareP")) for v in columns.values()]
    for values, adjusted in zip(columns.values(), stats.false_discovery_control(p)):
        values["adjustedP"] = float(adjusted)
        effect = values.get("wasserstein", values.get("jensenShannon"))
        values["drifted"] = bool(effect >= 0.1 and adjusted <= 0.05)
    # The same column as a number, alone.
    weekday = [c["weekday"].astype(float) for c in (reference, current)]
    return columns | {"weekdayNumber": numbers(*weekday)}


rows = list(csv.DictReader(gzip.open(HERE / "../profile/flights.csv.gz", "rt")))
january = month(rows, "01")
expected = {m: compared(january, month(rows, m)) for m in ("02", "03", "04", "05", "06")}
kilometres = month(rows, "02")
kilometres["distance"] = np.float32(kilometres["distance"] * 1.609344).astype(float)
expected["kilometres"] = compared(january, kilometres)
(HERE / "expected.json").write_text(json.dumps(expected, indent=1) + "\n")
