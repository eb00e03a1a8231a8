package io.mlops4j.bench.golden;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.DoubleSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What the library answers, by the path of the expected value; computed only where it is asked for.
 */
final class Answers {
  private final Map<String, Supplier<double[]>> byPath = new LinkedHashMap<>();

  static Answers none() {
    return new Answers();
  }

  Answers value(String path, DoubleSupplier answer) {
    return values(path, () -> new double[] {answer.getAsDouble()});
  }

  Answers values(String path, Supplier<double[]> answer) {
    byPath.put(path, answer);
    return this;
  }

  /** A null return means that the library offers nothing of that name. */
  @Nullable Supplier<double[]> get(String path) {
    return byPath.get(path);
  }
}
