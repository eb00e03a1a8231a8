package io.mlops4j.bench.soak.part;

/** How much is done. */
public enum Size {
  /** What the claims are about. */
  FULL,
  /** A look, in a minute or two. */
  QUICK,
  /** For tests: every part once, some seconds each. */
  TINY;

  public int of(int full, int quick, int tiny) {
    return switch (this) {
      case FULL -> full;
      case QUICK -> quick;
      case TINY -> tiny;
    };
  }
}
