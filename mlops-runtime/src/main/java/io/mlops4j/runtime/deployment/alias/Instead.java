package io.mlops4j.runtime.deployment.alias;

import io.mlops4j.inference.ProtectionFigures;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * Counts the answers that were given in place of one version, since it began to serve under its
 * record. Thread safe.
 */
final class Instead {
  final LongAdder byPrevious = new LongAdder();
  final LongAdder byDefault = new LongAdder();
  private final @Nullable Breaker breaker;

  /** A version that gets another record has the same breaker. */
  private final ProtectionFigures before;

  Instead(@Nullable Breaker breaker) {
    this.breaker = breaker;
    this.before = counted();
  }

  private ProtectionFigures counted() {
    return breaker == null
        ? new ProtectionFigures(ProtectionFigures.Breaker.CLOSED, 0, 0, 0, 0)
        : breaker.figures();
  }

  ProtectionFigures figures() {
    ProtectionFigures now = counted();
    return new ProtectionFigures(
        now.breaker(),
        now.failed() - before.failed(),
        now.rejected() - before.rejected(),
        byPrevious.sum(),
        byDefault.sum());
  }
}
