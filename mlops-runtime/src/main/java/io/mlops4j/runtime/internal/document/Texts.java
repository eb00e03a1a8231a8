package io.mlops4j.runtime.internal.document;

import java.util.List;

/** Lists in messages. */
public final class Texts {
  private static final int MOST = 10;

  private Texts() {}

  /** The first few of a list. */
  public static String some(List<?> all) {
    if (all.isEmpty()) {
      return "none";
    }
    String first = String.join(", ", all.stream().limit(MOST).map(Object::toString).toList());
    return all.size() <= MOST ? first : first + " and " + (all.size() - MOST) + " more";
  }
}
