package io.mlops4j.monitor.stream;

/**
 * Uniform numbers of SplitMix64 (Steele, Lea and Flood 2014), the same everywhere, whose state is
 * one number.
 */
final class UniformNumbers {
  private static final long GOLDEN = 0x9e3779b97f4a7c15L;

  private long state;

  UniformNumbers(long state) {
    this.state = state;
  }

  long state() {
    return state;
  }

  void restart(long newState) {
    state = newState;
  }

  /** Returns a number from 0, to 1, exclusive. */
  double next() {
    state += GOLDEN;
    long z = state;
    z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
    z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
    return ((z ^ (z >>> 31)) >>> 11) * 0x1.0p-53;
  }
}
