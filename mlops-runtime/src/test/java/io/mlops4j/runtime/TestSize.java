package io.mlops4j.runtime;

/** How much a test tries: a part in every build, all of it with {@code -Dtests.full}. */
public final class TestSize {
  private static final boolean FULL = System.getProperty("tests.full") != null;

  private TestSize() {}

  /** Returns the first number in every build, and the second with {@code -Dtests.full}. */
  public static int of(int usual, int full) {
    return FULL ? full : usual;
  }
}
