package io.mlops4j.monitor.internal;

/** Texts for logs, whose names and values may come from anybody. */
public final class OneLine {
  private OneLine() {}

  /**
   * Replaces control and format characters, separators of lines and paragraphs, and single
   * surrogates, so that a text is one line and does not turn its direction.
   */
  public static String of(String text) {
    StringBuilder safe = new StringBuilder(text.length());
    text.codePoints().map(c -> isShown(c) ? c : '\ufffd').forEach(safe::appendCodePoint);
    return safe.toString();
  }

  private static boolean isShown(int c) {
    return switch (Character.getType(c)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR,
          Character.SURROGATE ->
          false;
      default -> true;
    };
  }
}
