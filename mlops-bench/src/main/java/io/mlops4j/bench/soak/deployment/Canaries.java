package io.mlops4j.bench.soak.deployment;

import io.mlops4j.bench.soak.part.Child;
import io.mlops4j.bench.soak.part.Finding;
import io.mlops4j.bench.soak.part.Part;
import io.mlops4j.bench.soak.part.Size;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** Rollouts of candidates, every second of which fails more often than the champion. */
public final class Canaries implements Part {
  private static final Duration LIMIT = Duration.ofHours(2);

  @Override
  public String name() {
    return "deployment.canary";
  }

  @Override
  public String what() {
    return "rollouts of 20 and 50 percent of the calls behind a gate on the increase of failures; 1"
        + " percent of the champion's calls fail, of every second candidate 3 percent;"
        + " shares of bad candidates that were promoted, and of good ones that were not, in"
        + " percent, and rollouts whose history of the aliases tells something else";
  }

  @Override
  public List<Finding> run(Size size, long seed, Consumer<String> say) throws IOException {
    int rollouts = size.of(100, 10, 2);
    Map<String, Double> figures = new HashMap<>();
    Child.End end;
    try (Child child = new Child().flags("-Xmx256m", "-Darrow.memory.debug.allocator=false")) {
      end =
          child.run(
              CanariesMain.class,
              List.of(Integer.toString(rollouts), Long.toString(seed)),
              LIMIT,
              line -> Swap.hear(line, figures, say));
    }
    if (end.exit() != 0) {
      say.accept("the process did not come through: " + end);
      figures.clear();
    }
    return List.of(
        finding(figures, "promoted-bad", 10),
        finding(figures, "lost-good", 10),
        finding(figures, "history", 0));
  }

  private static Finding finding(Map<String, Double> figures, String name, double bound) {
    return new Finding(
        "soak.canary." + name, figures.getOrDefault(name, Double.POSITIVE_INFINITY), bound);
  }
}
