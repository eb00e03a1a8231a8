"""Tails and quantiles of distributions: from SciPy, or from their definitions with mpmath.

Run: python3 distribution_cases.py > ../resources/io/mlops4j/monitor/golden/edge/distribution_cases.json
"""

import json
import sys

import mpmath
import numpy as np
import scipy
from scipy import stats

mpmath.mp.dps = 60
PROBABILITIES = [1e-300, 1e-100, 1e-16, 1e-10, 1e-5, 0.001, 0.025, 0.05, 0.2, 0.4, 0.499, 0.5, 0.501, 0.8, 0.975, 0.999999]
FREEDOM = [0.1, 0.5, 1, 1.5, 2, 3, 4.7, 10, 29, 100, 1e3, 1e5, 1e6, 1e9, 1e12, 1e17]


def exact(value):
    return float(value)


def t_sf(t, df):
    t, df = mpmath.mpf(t), mpmath.mpf(df)
    x = df / (df + t * t)
    if x > 0.9 and df > 1e4:  # the series of mpmath converges slowly there
        return stats.t.sf(float(t), float(df))
    half = mpmath.betainc(df / 2, mpmath.mpf(1) / 2, 0, x, regularized=True) / 2
    return exact(half if t >= 0 else 1 - half)


def chi2_sf(x, df):
    return exact(mpmath.gammainc(mpmath.mpf(df) / 2, mpmath.mpf(x) / 2, mpmath.inf, regularized=True))


def binomial(k, n, p):
    p = mpmath.mpf(p)
    return exact(mpmath.binomial(n, k) * p**k * (1 - p) ** (n - k))


def at_least(k, n, p):
    """The sum of its terms, each from the one before."""
    if k > n:
        return 0.0
    p = mpmath.mpf(p)
    term = mpmath.binomial(n, k) * p**k * (1 - p) ** (n - k)
    odds = p / (1 - p)
    total = mpmath.mpf(0)
    for j in range(k, n + 1):
        total += term
        term *= odds * (n - j) / (j + 1)
        if j > n * p and term < total * mpmath.mpf(10) ** -30:
            break
    return exact(total)


normal = [-38.0, -8.2, -1.0, -1e-9, 0.0, 1e-9, 0.3, 1.0, 1.959963984540054, 5.0, 8.3, 20.0, 37.0, 38.4, 40.0]
cases = {
    "meta": {"numpy": np.__version__, "scipy": scipy.__version__, "mpmath": mpmath.__version__, "python": sys.version.split()[0]},
    "normal_sf": [[z, exact(mpmath.erfc(mpmath.mpf(z) / mpmath.sqrt(2)) / 2)] for z in normal],
    "normal_isf": [[p, float(stats.norm.isf(p))] for p in PROBABILITIES],
    "t_sf": [[t, df, t_sf(t, df)] for df in FREEDOM[:-3] for t in [-3.0, 0.0, 1e-8, 0.1, 1.0, 2.5, 12.0, 500.0, 1e10]],
    "t_sf_scipy": [[t, df, float(stats.t.sf(t, df))] for df in FREEDOM for t in [0.5, 3.0, 9.0]],
    "t_isf": [[p, df, float(stats.t.isf(p, df))] for df in FREEDOM[1:] for p in PROBABILITIES[3:]],
    "chi2_sf": [[x, df, chi2_sf(x, df)] for df in [0.3, 1, 2, 7, 50, 1000, 20000] for x in [1e-10, 0.5 * df, df, 1.2 * df, 3 * df, df + 300.0, df + 1300.0]],
    "gamma_sf": [[x, a, exact(mpmath.gammainc(mpmath.mpf(a), mpmath.mpf(x), mpmath.inf, regularized=True))] for a in [0.02, 1, 4.4, 800.25] for x in [1e-5, a / 2, a, 2 * a + 3, 690.0]],
    "binomial": [[k, n, p, binomial(k, n, p)] for n, p in [(1, 0.3), (10, 0.5), (15, 0.999), (16, 0.02), (17, 0.4), (300, 1e-7), (1000, 0.25), (100000, 0.9), (2000000, 0.3)] for k in sorted({0, 1, n // 3, int(n * p), n - 1, n})],
    "at_least": [[k, n, p, at_least(k, n, p)] for n, p in [(1, 0.3), (10, 0.5), (60, 1e-9), (1000, 0.25), (4000, 0.9), (100000, 0.01), (2000000, 0.3)] for k in sorted({0, 1, n // 3, int(n * p), int(n * p) + 1, min(n, int(n * p * 1.1) + 3), n, n + 1}) if k <= n + 1],
}
json.dump(cases, sys.stdout, indent=None, separators=(",", ":"))
