package io.mlops4j.internal;

import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Suggests the known name that a misspelt name most likely means, for error messages.
 *
 * <p>Two names are near each other if they differ only in case and separators, if one begins or
 * ends with the other, or if a few letters were replaced, omitted, added or swapped. Names with
 * different digits are never near: {@code lag_12} is not a misspelt {@code lag_13}.
 *
 * <p>Internal: not part of the API. Thread safe. The work is bounded for any names.
 */
public final class Suggestions {
  /** Bounds the work: longer names, and more names, are not compared. */
  private static final int MAX_LENGTH = 100;

  private static final int MAX_NAMES = 5000;
  private static final int SHORTEST_PART = 4;

  private Suggestions() {}

  /**
   * Returns the end of a sentence for an error message.
   *
   * @param name the name that was not found
   * @param known the names that exist
   * @return {@code "; did you mean \"distance\"?"}, or an empty text when no name is near
   */
  public static String hint(String name, Collection<String> known) {
    return nearest(name, known).map(near -> "; did you mean \"" + near + "\"?").orElse("");
  }

  /**
   * Returns the known name that is nearest to a misspelt one.
   *
   * @param name the name that was not found
   * @param known the names that exist
   * @return the nearest name, the first of several at the same distance; empty when none is near
   */
  public static Optional<String> nearest(String name, Collection<String> known) {
    if (name.length() > MAX_LENGTH) {
      return Optional.empty();
    }
    String meant = plain(name);
    String best = null;
    int least = Integer.MAX_VALUE;
    for (String candidate : known.stream().limit(MAX_NAMES).toList()) {
      int distance = candidate.length() > MAX_LENGTH ? least : distance(meant, plain(candidate));
      if (distance < least && !candidate.equals(name)) {
        best = candidate;
        least = distance;
      }
    }
    return best != null ? Optional.of(best) : part(meant, known);
  }

  /** Returns the only name that begins or ends with the other, in either direction. */
  private static Optional<String> part(String meant, Collection<String> known) {
    List<String> found =
        known.stream()
            .limit(MAX_NAMES)
            .filter(candidate -> isPart(meant, plain(candidate)))
            .limit(2)
            .toList();
    return found.size() == 1 ? Optional.of(found.get(0)) : Optional.empty();
  }

  private static boolean isPart(String one, String other) {
    return one.length() <= other.length() ? isAnEnd(one, other) : isAnEnd(other, one);
  }

  private static boolean isAnEnd(String part, String whole) {
    return part.length() >= SHORTEST_PART && (whole.startsWith(part) || whole.endsWith(part));
  }

  private static String plain(String name) {
    StringBuilder letters = new StringBuilder(name.length());
    name.toLowerCase(Locale.ROOT)
        .codePoints()
        .filter(Character::isLetterOrDigit)
        .forEach(letters::appendCodePoint);
    return letters.toString();
  }

  private static String digits(String name) {
    return name.codePoints()
        .filter(Character::isDigit)
        .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
        .toString();
  }

  /**
   * Returns the number of edits; {@link Integer#MAX_VALUE} if there are too many for a misspelling.
   */
  private static int distance(String one, String other) {
    int allowed = Math.max(one.length(), other.length()) / 3;
    boolean hopeless =
        Math.abs(one.length() - other.length()) > allowed || !digits(one).equals(digits(other));
    int edits = hopeless ? Integer.MAX_VALUE : edits(one, other);
    return edits <= allowed && !other.isEmpty() ? edits : Integer.MAX_VALUE;
  }

  /**
   * Returns the number of edits: inserted, removed and replaced letters, and swapped neighbours.
   */
  private static int edits(String one, String other) {
    int[] before = new int[other.length() + 1];
    int[] last = new int[other.length() + 1];
    int[] row = new int[other.length() + 1];
    for (int j = 0; j < last.length; j++) {
      last[j] = j;
    }
    for (int i = 1; i <= one.length(); i++) {
      row[0] = i;
      for (int j = 1; j < row.length; j++) {
        boolean same = one.charAt(i - 1) == other.charAt(j - 1);
        row[j] = Math.min(Math.min(row[j - 1], last[j]) + 1, last[j - 1] + (same ? 0 : 1));
        if (i > 1
            && j > 1
            && one.charAt(i - 1) == other.charAt(j - 2)
            && one.charAt(i - 2) == other.charAt(j - 1)) {
          row[j] = Math.min(row[j], before[j - 2] + 1);
        }
      }
      int[] spare = before;
      before = last;
      last = row;
      row = spare;
    }
    return last[other.length()];
  }
}
