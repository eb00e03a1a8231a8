package io.mlops4j.monitor;

import java.util.Random;
import java.util.stream.IntStream;

/** How much a test tries: a part in every build, all of it with {@code -Dtests.full}. */
public final class TestSize {
  private static final boolean FULL = System.getProperty("tests.full") != null;

  private TestSize() {}

  /** Whether tests try everything. */
  public static boolean isFull() {
    return FULL;
  }

  /** Returns the first number in every build, and the second with {@code -Dtests.full}. */
  public static int of(int usual, int full) {
    return FULL ? full : usual;
  }

  /**
   * Returns the numbers below a bound: the first and last 32, and one of so many of the others.
   *
   * @param oneOf how many positions one stands for
   */
  public static int[] positions(int bound, int oneOf) {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    int[] chosen =
        IntStream.range(0, bound)
            .filter(i -> FULL || i < 32 || i >= bound - 32 || random.nextInt(oneOf) == 0)
            .toArray();
    System.out.printf("%d of %d positions, seed %d%n", chosen.length, bound, seed);
    return chosen;
  }
}
