"""Prints the streams of the examples in the documentation of River and CapyMOA, one line each.

River documents (Git commits 063ca61 and 7cb9956), counted from 0: ADWIN changes at 1023 (value 4) on `shift`.
CapyMOA documents (3e255b1): ADWIN(delta=0.001), which is MOA's, changes at 1023 (value 4) and 1055 (value 5)
on `capymoa`. Python 3 with NumPy: python3 make_streams.py > streams.csv
"""

import random

import numpy as np

rng = random.Random(12345)
shift = rng.choices([0, 1], k=1000) + rng.choices(range(4, 8), k=1000)
np.random.seed(0)
capymoa = np.random.randint(2, size=2000)
for i in range(999, 2000):
    capymoa[i] = np.random.randint(4, high=8)
for name, stream in [("shift", shift), ("capymoa", capymoa)]:
    print("%s,%s" % (name, "".join(map(str, stream))))
