package io.mlops4j.runtime.deployment.alias;

import io.mlops4j.inference.ServedBy;
import io.mlops4j.internal.LatencyBuckets;
import io.mlops4j.runtime.deployment.CallComparison;
import io.mlops4j.runtime.deployment.CallComparison.Calls;
import io.mlops4j.runtime.deployment.CallComparison.Times;
import io.mlops4j.runtime.serving.listening.CallMeter;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Counts the calls of the champion and of the version beside it while both serve. Counting begins
 * anew when either is swapped. A call takes no lock. Thread safe.
 */
final class CallCounter implements CallMeter {
  private final Supplier<@Nullable Served> champion;
  private final Supplier<@Nullable Served> beside;
  private volatile @Nullable Pair pair;

  /** Two versions that serve at the same time. */
  private record Pair(Served champion, Served beside, Side ours, Side theirs) {}

  /** The calls of one version. */
  private static final class Side {
    private final AtomicLong failed = new AtomicLong();
    private final AtomicLongArray times = new AtomicLongArray(LatencyBuckets.COUNT);

    long[] times() {
      long[] copy = new long[times.length()];
      Arrays.setAll(copy, times::get);
      return copy;
    }
  }

  CallCounter(Supplier<@Nullable Served> champion, Supplier<@Nullable Served> beside) {
    this.champion = champion;
    this.beside = beside;
  }

  @Override
  public void answered(ServedBy servedBy, long nanos) {
    Side side = side(servedBy);
    if (side != null) {
      side.times.incrementAndGet(LatencyBuckets.index(nanos));
    }
  }

  @Override
  public void failed(ServedBy servedBy) {
    Side side = side(servedBy);
    if (side != null) {
      side.failed.incrementAndGet();
    }
  }

  @SuppressWarnings("ReferenceEquality") // one instance per swap; comparing digests is slow
  private @Nullable Side side(ServedBy servedBy) {
    Pair now = pair();
    if (now == null) {
      return null;
    }
    if (servedBy == now.champion().servedBy()) {
      return now.ours();
    }
    return servedBy == now.beside().servedBy() ? now.theirs() : null;
  }

  @SuppressWarnings("ReferenceEquality") // it is the same object unless it was swapped
  private @Nullable Pair pair() {
    Pair known = pair;
    return known != null && known.champion() == champion.get() && known.beside() == beside.get()
        ? known
        : renewed();
  }

  @SuppressWarnings("ReferenceEquality")
  private synchronized @Nullable Pair renewed() {
    Served first = champion.get();
    Served second = beside.get();
    Pair known = pair;
    if (known == null || known.champion() != first || known.beside() != second) {
      known =
          first == null || second == null ? null : new Pair(first, second, new Side(), new Side());
      pair = known;
    }
    return known;
  }

  /** The comparison so far; empty unless both versions serve. */
  Optional<CallComparison> comparison() {
    return Optional.ofNullable(pair()).map(CallCounter::compared);
  }

  private static CallComparison compared(Pair pair) {
    long[] times = pair.ours().times();
    long[] otherTimes = pair.theirs().times();
    Calls calls = calls(pair.champion(), pair.ours().failed.get(), times);
    Calls others = calls(pair.beside(), pair.theirs().failed.get(), otherTimes);
    return new CallComparison(
        calls,
        others,
        TwoSamples.ofShares(calls.failed(), calls.calls(), others.failed(), others.calls()),
        TwoSamples.ofTimes(times, otherTimes));
  }

  private static Calls calls(Served served, long failed, long[] times) {
    double[] counts = Arrays.stream(times).asDoubleStream().toArray();
    long succeeded = Arrays.stream(times).sum();
    return new Calls(
        served.servedBy(),
        failed + succeeded,
        failed,
        succeeded == 0
            ? Optional.empty()
            : Optional.of(
                new Times(
                    time(counts, 0.5 * succeeded),
                    time(counts, 0.95 * succeeded),
                    time(counts, 0.99 * succeeded))));
  }

  private static Duration time(double[] counts, double rank) {
    double longest = LatencyBuckets.low(LatencyBuckets.COUNT - 1);
    return Duration.ofNanos((long) Math.min(longest, LatencyBuckets.atRank(counts, rank)));
  }
}
