package io.mlops4j.runtime.compatibility;

import java.util.Optional;
import org.junit.jupiter.api.Assumptions;

/** Tests that are left out, and why. */
final class Excuses {
  private Excuses() {}

  /** Skips the test if there is a reason, and says it where everybody reads it. */
  static void check(Object suite, Object what, Optional<String> reason) {
    reason.ifPresent(
        why -> {
          String line =
              "skipped: %s, %s: %s".formatted(suite.getClass().getSimpleName(), what, why);
          System.out.println(line);
          Assumptions.abort(line);
        });
  }
}
