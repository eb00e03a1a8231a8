"""Expected values of TwoSamplesTest. Debian's python3-scipy 1.17.1.

The interval is formula (10) of Newcombe (1998), Statistics in Medicine 17, from SciPy's Wilson
intervals; its table II gives 0.0524 to 0.3339 for 56/70 against 48/80.
"""
import math

from scipy import stats


def newcombe(failed, calls, other_failed, other_calls):
    p, q = failed / calls, other_failed / other_calls
    a = stats.binomtest(failed, calls).proportion_ci(method="wilson")
    b = stats.binomtest(other_failed, other_calls).proportion_ci(method="wilson")
    low = q - p - math.sqrt((q - b.low) ** 2 + (a.high - p) ** 2)
    high = q - p + math.sqrt((b.high - q) ** 2 + (p - a.low) ** 2)
    return low, high


for case in [(48, 80, 56, 70), (3, 9000, 12, 1000), (0, 500, 0, 30), (0, 40, 40, 40), (1000, 100000, 6, 500)]:
    failed, calls, other_failed, other_calls = case
    table = [[failed, calls - failed], [other_failed, other_calls - other_failed]]
    print(case, newcombe(*case), stats.fisher_exact(table).pvalue)

for table in [(1, 10, 9, 12), (500, 1000000, 620, 1000000), (5, 5, 0, 7), (0, 3, 0, 4), (20000, 40000, 20400, 40000)]:
    failed, calls, other_failed, other_calls = table
    print(table, stats.fisher_exact([[failed, calls - failed], [other_failed, other_calls - other_failed]]).pvalue)

# Times in buckets: sixteen of equal width between powers of two, from 2^10 ns.
Z = stats.norm.ppf(0.975)


def low(bucket):
    power, part = divmod(bucket - 1, 16)
    return (1 + part / 16) * 2 ** (10 + power)


def at_rank(counts, rank):
    below = 0
    for bucket in sorted(counts):
        if below + counts[bucket] >= rank:
            return low(bucket) + max(0, rank - below) / counts[bucket] * (low(bucket + 1) - low(bucket))
        below += counts[bucket]
    return math.inf


def quantile(counts):
    calls = sum(counts.values())
    rank = 0.95 * calls
    width = Z * math.sqrt(calls * 0.95 * 0.05)
    high = at_rank(counts, rank + width) if rank + width < calls else math.inf
    return [math.log(x) for x in (at_rank(counts, rank - width), at_rank(counts, rank), high)]


def increase(first, second):
    (al, a, ah), (bl, b, bh) = quantile(first), quantile(second)
    d = b - a
    return [math.expm1(x) for x in (d, d - math.hypot(b - bl, ah - a), d + math.hypot(bh - b, a - al))]


few = {161: 900, 177: 60, 193: 40}
many = {161: 400, 177: 60, 193: 40}
print("times", increase(few, many), stats.fisher_exact([[40, 960], [40, 460]]).pvalue)
short = {161: 20}
print("few times", increase(short, short))
