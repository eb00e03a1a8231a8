package io.mlops4j.bench.soak.deployment;

import io.mlops4j.bench.soak.part.Child;
import io.mlops4j.bench.soak.part.Finding;
import io.mlops4j.bench.soak.part.Part;
import io.mlops4j.bench.soak.part.Size;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** Versions that are swapped under load, a tenth of which must never serve. */
public final class Swap implements Part {
  private static final Duration LIMIT = Duration.ofHours(2);

  @Override
  public String name() {
    return "deployment.swap";
  }

  @Override
  public String what() {
    return "16 threads, 500 calls a second, swaps of versions, a tenth of them bad, most of them"
        + " ten a second, the others without a pause; calls that failed or had another"
        + " answer than their version gives, versions that served although bad or did not"
        + " serve although good, the 99th percentile of times with ten swaps a second over"
        + " that without swaps, and growth of resident memory in percent";
  }

  @Override
  public List<Finding> run(Size size, long seed, Consumer<String> say) throws IOException {
    int swaps = size.of(10_000, 400, 20);
    Map<String, Double> figures = new HashMap<>();
    Child.End end;
    try (Child child =
        new Child()
            .flags(
                "-Xms256m",
                "-Xmx256m",
                "-XX:+AlwaysPreTouch",
                "-Darrow.memory.debug.allocator=false")) {
      end =
          child.run(
              SwapMain.class,
              List.of(Integer.toString(swaps), Long.toString(seed)),
              LIMIT,
              line -> hear(line, figures, say));
    }
    if (end.exit() != 0) {
      say.accept("the process did not come through: " + end);
      figures.clear();
    }
    List<Finding> found = new ArrayList<>();
    found.add(finding(figures, "failed", 0));
    found.add(finding(figures, "bad", 0));
    if (size == Size.FULL) { // in a short run, a few slow calls are the percentile
      found.add(finding(figures, "p99", 2));
      found.add(finding(figures, "memory", 10));
    }
    return found;
  }

  /** Keeps {@code figure <name> <value>}, and passes everything else on. */
  static void hear(String line, Map<String, Double> figures, Consumer<String> say) {
    String[] words = line.split(" ", -1);
    if (words.length == 3 && words[0].equals("figure")) {
      figures.put(words[1], Double.valueOf(words[2]));
    } else {
      say.accept(line);
    }
  }

  private static Finding finding(Map<String, Double> figures, String name, double bound) {
    return new Finding(
        "soak.swap." + name, figures.getOrDefault(name, Double.POSITIVE_INFINITY), bound);
  }
}
