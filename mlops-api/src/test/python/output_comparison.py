"""Expected values of OutputComparisonTest. Debian's python3-scipy 1.17.1."""
import numpy as np
from scipy import stats

# Numbers made by a formula that Java repeats exactly: multiples of 1/1024.
i = np.arange(1000)
a = (i * 7919 % 1024) / 1024
b = (i * 7919 % 1024 + i * 104729 % 64) / 1024
print("different", int(np.sum(np.abs(a - b) > 0.01 * np.maximum(1, np.maximum(abs(a), abs(b))))))
print("mean difference", repr(np.mean(b - a)))
print("largest", repr(np.max(np.abs(a - b))))
print("correlation", repr(stats.pearsonr(a, b).statistic))
print("distance", repr(stats.ks_2samp(a, b).statistic))


# Labels: 3 of 10 against 5 of 10.
p = np.array([0.3, 0.5, 0.2])
q = np.array([0.5, 0.2, 0.3])
print("total variation", repr(np.abs(p - q).sum() / 2))
