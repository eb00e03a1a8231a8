package io.mlops4j.bench.ratios;

import java.time.Duration;

/**
 * How long to look.
 *
 * @param warmUp for each side, until the compiler has done its work
 * @param sample how long a sample should take
 * @param pairs how many pairs of samples, even
 * @param processes how many pairs, when a side measures itself, even
 */
record Effort(Duration warmUp, Duration sample, int pairs, int processes) {
  static final Effort FULL = new Effort(Duration.ofMillis(1500), Duration.ofMillis(120), 22, 12);
  static final Effort QUICK = new Effort(Duration.ofMillis(500), Duration.ofMillis(60), 8, 4);

  int pairsOf(Side side) {
    return side instanceof Measured ? processes : pairs;
  }
}
