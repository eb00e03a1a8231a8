package io.mlops4j.bench.soak;

/** How much is done. */
enum Size {
  /** What the claims are about. */
  FULL,
  /** A look, in a minute or two. */
  QUICK,
  /** For tests: every part once, some seconds each. */
  TINY;

  int of(int full, int quick, int tiny) {
    return switch (this) {
      case FULL -> full;
      case QUICK -> quick;
      case TINY -> tiny;
    };
  }
}
