package io.mlops4j.runtime.trust;

import java.util.Collection;
import java.util.stream.Collectors;

/** Parts of messages. */
final class TrustMessages {
  private static final int MOST = 5;
  private static final int LONGEST = 80;

  private TrustMessages() {}

  /** The first few of many; what strangers wrote is cut, and kept in one line. */
  static String some(Collection<?> all) {
    String first =
        all.stream()
            .limit(MOST)
            .map(each -> plain(each.toString()))
            .collect(Collectors.joining(", "));
    return all.size() <= MOST ? first : first + " and " + (all.size() - MOST) + " more";
  }

  static String plain(String text) {
    String line = text.replaceAll("\\p{Cntrl}", "?");
    return line.length() <= LONGEST ? line : line.substring(0, LONGEST) + "...";
  }

  static String abbreviated(String hint) {
    return plain(hint.length() <= 12 ? hint : hint.substring(0, 12));
  }
}
