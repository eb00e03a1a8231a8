package io.mlops4j.bench.soak.scale;

import io.mlops4j.bench.soak.part.Child;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Processes that are killed at a random moment, unless they end before. */
final class Kill {
  private Kill() {}

  /**
   * Returns a moment in the time that a run takes alone. More time after each kill, so that a
   * machine that became slow does not kill all of them.
   */
  static Duration moment(int killed, Duration alone, Random random) {
    long longer = killed * alone.toMillis() / 8;
    int most = 1 + (int) alone.toMillis() * 3 / 4;
    return Duration.ofMillis(longer + alone.toMillis() / 4 + random.nextInt(most));
  }

  /** Returns the words that a process told; none if it was killed. */
  static List<String> after(Duration limit, Class<?> main, List<String> arguments)
      throws IOException {
    List<String> told = new ArrayList<>();
    try (Child child = new Child().flags("-Xmx512m", "-XX:TieredStopAtLevel=1")) {
      Child.End end =
          child.run(main, arguments, limit, line -> told.addAll(List.of(line.split(" ", -1))));
      if (told.isEmpty() && !end.late()) {
        throw new IOException("the process failed: " + end);
      }
    }
    return told;
  }
}
