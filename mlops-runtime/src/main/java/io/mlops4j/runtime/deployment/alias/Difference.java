package io.mlops4j.runtime.deployment.alias;

import java.lang.reflect.Array;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Counts how two answers differ. One thread at a time. */
final class Difference {
  private long disagreements;
  private double max;

  long disagreements() {
    return disagreements;
  }

  double max() {
    return max;
  }

  /** Compares two values: numbers, texts, booleans, or lists and arrays of such. */
  void compare(@Nullable Object champion, @Nullable Object challenger) {
    if (champion instanceof Number a && challenger instanceof Number b) {
      numbers(a.doubleValue(), b.doubleValue());
    } else if (champion instanceof List<?> a && challenger instanceof List<?> b) {
      lists(a, b);
    } else if (isArray(champion) && isArray(challenger)) {
      arrays(Objects.requireNonNull(champion), Objects.requireNonNull(challenger));
    } else if (!Objects.equals(champion, challenger)) {
      disagreements++;
    }
  }

  private static boolean isArray(@Nullable Object value) {
    return value != null && value.getClass().isArray();
  }

  private void numbers(double champion, double challenger) {
    if (Double.compare(champion, challenger) == 0 || champion == challenger) {
      return;
    }
    disagreements++;
    double difference = Math.abs(champion - challenger);
    if (Double.isFinite(difference)) {
      max = Math.max(max, difference);
    }
  }

  private void lists(List<?> champion, List<?> challenger) {
    lengths(champion.size(), challenger.size());
    for (int i = 0; i < Math.min(champion.size(), challenger.size()); i++) {
      compare(champion.get(i), challenger.get(i));
    }
  }

  private void arrays(Object champion, Object challenger) {
    int a = Array.getLength(champion);
    int b = Array.getLength(challenger);
    lengths(a, b);
    for (int i = 0; i < Math.min(a, b); i++) {
      compare(Array.get(champion, i), Array.get(challenger, i));
    }
  }

  private void lengths(int champion, int challenger) {
    disagreements += Math.abs(champion - challenger);
  }
}
