#!/usr/bin/env python3
"""Expected values of AnytimeBoundsTest, by SciPy: python3 make_anytime_bounds.py > anytime-bounds.csv

probability,successes,trials,alpha,low,high
successes,p,trials,alpha,low,high
errors,observations,0,alpha,factor,
"""
from math import log, log1p, sqrt

from scipy.optimize import brentq
from scipy.special import betaln, xlogy, xlog1py


def excess(s, n, p, alpha):
    return betaln(s + 0.5, n - s + 0.5) - betaln(0.5, 0.5) - xlogy(s, p) - xlog1py(n - s, -p) + log(alpha)


def end(f, inside, outermost):
    return outermost if f(outermost) < 0 else brentq(f, inside, outermost, xtol=1e-14, rtol=1e-14)


print("kind,first,trials,alpha,low,high")
for s, n, alpha in [(0, 10, .05), (0, 700, .05), (3, 700, .05), (700, 700, .05), (12.5, 333.25, .025), (500, 100000, .05)]:
    f = lambda p: excess(s, n, p, alpha)
    low = 0 if s == 0 else end(f, s / n, 1e-300)
    high = 1 if s == n else end(f, s / n, 1 - 1e-16)
    print(f"probability,{s},{n},{alpha},{low!r},{high!r}")
for p, n, alpha in [(.95, 10, .025), (.95, 1000, .025), (.5, 333.25, .05), (.99, 100000, .025)]:
    f = lambda s: excess(s, n, p, alpha)
    print(f"successes,{p},{n},{alpha},{end(f, p * n, 0)!r},{end(f, p * n, n)!r}")
for n, alpha in [(20, .05), (1000, .05), (1000000, .01)]:
    # Waudby-Smith et al., formula (5), in units of the standard error
    rho2 = (-2 * log(alpha) + log1p(-2 * log(alpha))) / 1000
    width = sqrt(2 * (n * rho2 + 1) / (n * n * rho2) * log(sqrt(n * rho2 + 1) / alpha))
    print(f"errors,{n},0,{alpha},{width * sqrt(n)!r},0")
