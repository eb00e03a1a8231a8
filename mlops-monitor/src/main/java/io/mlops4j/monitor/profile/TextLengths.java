package io.mlops4j.monitor.profile;

/**
 * Lengths of texts, in Unicode code points.
 *
 * @param texts the number of texts
 * @param shortest the smallest length; 0 without texts
 * @param longest the largest length; 0 without texts
 * @param total the sum of all lengths
 */
public record TextLengths(long texts, int shortest, int longest, long total) {
  static final TextLengths NONE = new TextLengths(0, 0, 0, 0);

  /**
   * Checks the figures.
   *
   * @param texts the number of texts
   * @param shortest the smallest length; 0 without texts
   * @param longest the largest length; 0 without texts
   * @param total the sum of all lengths
   * @throws IllegalArgumentException if no texts can have these lengths
   */
  public TextLengths {
    boolean possible =
        texts == 0
            ? shortest == 0 && longest == 0 && total == 0
            : texts > 0
                && shortest >= 0
                && shortest <= longest
                && total / texts >= shortest
                && total / texts <= longest;
    if (!possible) {
      throw new IllegalArgumentException(
          "found %d texts of %d to %d code points, %d in all, expected lengths that texts can have"
              .formatted(texts, shortest, longest, total));
    }
  }

  /** The lengths of some equal texts. */
  static TextLengths of(byte[] utf8, int length, long texts) {
    int points = codePoints(utf8, length);
    return texts == 0
        ? NONE
        : new TextLengths(texts, points, points, Math.multiplyExact(texts, points));
  }

  /** Counts code points: every byte begins one, except those of the form 10xxxxxx. */
  static int codePoints(byte[] utf8, int length) {
    int points = 0;
    for (int i = 0; i < length; i++) {
      points += (utf8[i] & 0xc0) == 0x80 ? 0 : 1;
    }
    return points;
  }

  TextLengths plus(TextLengths other) {
    if (texts == 0 || other.texts == 0) {
      return texts == 0 ? other : this;
    }
    return new TextLengths(
        Math.addExact(texts, other.texts),
        Math.min(shortest, other.shortest),
        Math.max(longest, other.longest),
        Math.addExact(total, other.total));
  }

  /** {@return the mean length in code points; NaN without texts} */
  public double mean() {
    return texts == 0 ? Double.NaN : (double) total / texts;
  }
}
