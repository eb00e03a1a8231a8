"""Makes the expected values of the profile tests, with NumPy and exact fractions; none of our code.

    make_expected.py sample FLIGHTS.csv   writes flights.csv.gz: every 6th row of the CSV that
                                          samples/quickstart/training/convert writes
    make_expected.py                      writes expected.json from flights.csv.gz

Written with Python 3.13, NumPy 2.2.4.
"""

import csv
import decimal
import gzip
import json
import math
import pathlib
import sys
from decimal import Decimal
from fractions import Fraction

import numpy as np

HERE = pathlib.Path(__file__).parent
COLUMNS = ["month", "distance", "hour", "weekday", "origin", "destination"]


def sample(source):
    rows = csv.DictReader(open(source))
    with open(HERE / "flights.csv.gz", "wb") as raw, gzip.GzipFile(
        filename="", mode="wb", fileobj=raw, mtime=0
    ) as out:
        out.write((",".join(COLUMNS) + "\n").encode())
        for number, row in enumerate(rows):
            if number % 6 == 0:
                row["month"] = row["departure"][5:7]
                out.write((",".join(row[c] for c in COLUMNS) + "\n").encode())


def exact_moments(values):
    exact = [Fraction(float(v)) for v in values]
    n = len(exact)
    mean = sum(exact) / n
    variance = sum(v * v for v in exact) / n - mean * mean
    with decimal.localcontext(decimal.Context(prec=60, Emin=-9999, Emax=9999)):
        deviation = (Decimal(variance.numerator) / Decimal(variance.denominator)).sqrt()
    return float(mean), as_float(variance), float(deviation)


def as_float(fraction):
    return float(fraction) if fraction < 2**1000 else None  # beyond a double


def edges(values):
    values = np.sort(values)
    distinct = np.unique(values)
    if len(distinct) <= 127:
        return sorted({float(e) for v in distinct for e in (np.nextafter(v, -np.inf), v)})
    n = len(values)
    cuts = [float(values[math.ceil(Fraction(k * n, 254)) - 1]) for k in range(1, 255)]
    return sorted({float(np.nextafter(values[0], -np.inf)), *cuts})


def counts(cuts, values):
    bins = np.searchsorted(cuts, values, side="left")
    return np.bincount(bins, minlength=len(cuts) + 1).tolist()


def numbers(reference, current=None):
    cuts = edges(reference)
    values = reference if current is None else current
    mean, variance, deviation = exact_moments(values)
    return {
        "edges": cuts,
        "counts": counts(cuts, values),
        "min": float(values.min()),
        "max": float(values.max()),
        "mean": mean,
        "variance": variance,
        "deviation": deviation,
    }


def categories(reference, current=None):
    names, amounts = np.unique(reference, return_counts=True)
    order = sorted(range(len(names)), key=lambda i: (-amounts[i], names[i].encode()))
    values = reference if current is None else current
    named = [str(names[i]) for i in order[:254]]
    of = dict(zip(*np.unique(values, return_counts=True)))
    count = [int(of.get(name, 0)) for name in named]
    return {"names": named, "counts": count + [len(values) - sum(count)]}


def flights():
    rows = list(csv.DictReader(gzip.open(HERE / "flights.csv.gz", "rt")))
    months = {}
    for month in ("01", "02", "05"):
        of = [r for r in rows if r["month"] == month]
        months[month] = {
            c: np.array([float(r[c]) for r in of]) if c in ("distance", "hour", "weekday")
            else np.array([r[c] for r in of])
            for c in COLUMNS[1:]
        }
    january = months["01"]
    return {
        month: {
            "rows": len(columns["hour"]),
            **{
                c: (categories if c in ("origin", "destination") else numbers)(
                    january[c], columns[c]
                )
                for c in columns
            },
        }
        for month, columns in months.items()
    }


def made():
    random = np.random.default_rng(20010101)
    return {
        "offset": 1e9 + random.normal(size=700),
        "heavy": random.standard_cauchy(size=700) ** 3,
        "tiny": random.normal(size=50) * 1e-310,
        "huge": random.normal(size=50) * 1e150,
        "vast": random.normal(size=50) * 1e300,
        "ties": random.integers(0, 5, size=300).astype(float),
        "one": np.array([42.0]),
        "constant": np.full(400, 0.1),
        "manyTies": np.where(random.random(2000) < 0.6, 0.0, random.exponential(size=2000)),
    }


if len(sys.argv) == 3 and sys.argv[1] == "sample":
    sample(sys.argv[2])
else:
    expected = {
        "flights": flights(),
        "made": {
            name: {"values": values.tolist(), **numbers(values)} for name, values in made().items()
        },
    }
    (HERE / "expected.json").write_text(json.dumps(expected, separators=(",", ":")) + "\n")
