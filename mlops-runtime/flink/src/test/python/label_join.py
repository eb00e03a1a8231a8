"""Expected figures of labels that Flink joins to predictions, from scikit-learn.

Run: python3 label_join.py > ../resources/io/mlops4j/flink/label_join.json

Row i is predicted at i ms and answered with i + 1. Every number that a row needs is a hash of i (the finaliser of MurmurHash3),
so LabelStreamTest makes the same rows in whatever order.
"""

import json

import numpy as np
import sklearn
from sklearn import metrics as m

MASK = 2**64 - 1
ROWS, WINDOW, WITHIN = 12_000, 5_000, 3_000


def mixed(i):
    h = (i + 0x9E3779B97F4A7C15) & MASK
    h = ((h ^ (h >> 33)) * 0xFF51AFD7ED558CCD) & MASK
    h = ((h ^ (h >> 33)) * 0xC4CEB9FE1A85EC53) & MASK
    return h ^ (h >> 33)


def fraction(i, salt):
    return (mixed(i * 8 + salt) >> 11) / 2**53


def label(i):
    """1 more often in the upper half of a window."""
    return int(fraction(i, 0) < 0.2 + 0.6 * ((i % WINDOW) / WINDOW))


def delay(i):
    """Of the label in ms, from -500 to 3999; None if there is none. From WITHIN on a label is too old."""
    return int(fraction(i, 2) * 4500) - 500 if fraction(i, 1) < 0.8 else None


windows = []
for start in range(0, ROWS, WINDOW):
    rows = range(start, min(start + WINDOW, ROWS))
    got = [i for i in rows if delay(i) is not None and abs(delay(i)) < WITHIN]
    y = np.array([label(i) for i in got])
    score = np.array([i + 1.0 for i in got])
    windows.append(
        {
            "start": start,
            "predicted": len(rows),
            "labelled": len(got),
            "roc_auc": m.roc_auc_score(y, score),
            "mae": m.mean_absolute_error(y, score),
        }
    )
json.dump(
    {
        "sklearn": sklearn.__version__,
        "labels": sum(delay(i) is not None for i in range(ROWS)),
        "expired": sum(delay(i) is not None and delay(i) >= WITHIN for i in range(ROWS)),
        "windows": windows,
    },
    __import__("sys").stdout,
    indent=1,
)
print()
