package io.mlops4j.runtime.internal.document;

import java.util.List;

/** Lists and texts in messages. */
public final class Texts {
  private static final int MOST = 10;
  private static final int LONGEST = 80;

  private Texts() {}

  /** Returns a stranger's text on one line, cut after 80 characters. */
  public static String plain(String text) {
    String line = text.replaceAll("\\p{Cntrl}", "?");
    return line.length() <= LONGEST ? line : line.substring(0, LONGEST) + "...";
  }

  /** Returns the first ten elements of a list. */
  public static String some(List<?> all) {
    if (all.isEmpty()) {
      return "none";
    }
    String first = String.join(", ", all.stream().limit(MOST).map(Object::toString).toList());
    return all.size() <= MOST ? first : first + " and " + (all.size() - MOST) + " more";
  }
}
