package io.mlops4j.monitor.report;

import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Writes HTML and SVG. Every text and attribute is escaped here and nowhere else, so that a name
 * like {@code <script>} can only ever be read.
 */
final class Markup {
  /** So many characters of a word stay together. */
  private static final int WORD = 12;

  private final StringBuilder out = new StringBuilder();
  private final Deque<String> open = new ArrayDeque<>();

  /**
   * Opens an element.
   *
   * @param name its name, a constant
   * @param attributes names and values by turns
   */
  Markup open(String name, Object... attributes) {
    start(name, attributes);
    out.append('>');
    open.push(name);
    return this;
  }

  /** An SVG element that holds nothing. */
  Markup shape(String name, Object... attributes) {
    start(name, attributes);
    out.append("/>");
    return this;
  }

  private void start(String name, Object... attributes) {
    out.append('<').append(name);
    for (int i = 0; i < attributes.length; i += 2) {
      out.append(' ').append(attributes[i]).append("=\"");
      escape(value(attributes[i + 1]));
      out.append('"');
    }
  }

  /** A tenth of a pixel is exact enough. */
  static String coordinate(double value) {
    double tenths = Math.rint(value * 10);
    return tenths % 10 == 0 ? Long.toString((long) tenths / 10) : Double.toString(tenths / 10);
  }

  private static String value(Object value) {
    return value instanceof Double number ? coordinate(number) : value.toString();
  }

  Markup text(String text) {
    escape(text);
    return this;
  }

  /** A text whose names may be broken after a separator. */
  Markup words(String text) {
    return words(text, Integer.MAX_VALUE);
  }

  /**
   * A name in a narrow column. A longer part without a separator may be broken after {@value #WORD}
   * characters.
   */
  Markup name(String name) {
    return words(name, WORD);
  }

  private Markup words(String name, int longest) {
    int run = 0;
    for (int i = 0; i < name.length(); i += Character.charCount(name.codePointAt(i))) {
      int c = name.codePointAt(i);
      escape(Character.toString(c));
      run = Character.isWhitespace(c) ? 0 : run + 1;
      int next = i + Character.charCount(c);
      boolean inside =
          run > 0 && next < name.length() && !Character.isWhitespace(name.charAt(next));
      if (inside && (run == longest || "_.-/:".indexOf(c) >= 0)) {
        out.append("<wbr>");
        run = 0;
      }
    }
    return this;
  }

  /** Closes the innermost element. */
  Markup close() {
    out.append("</").append(open.pop()).append('>');
    return this;
  }

  /** An element that holds nothing but text. */
  Markup element(String name, String text, Object... attributes) {
    return open(name, attributes).text(text).close();
  }

  /** Appends what is not text: a constant, or what another instance made. */
  Markup raw(String markup) {
    out.append(markup);
    return this;
  }

  private void escape(String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '<' -> out.append("&lt;");
        case '>' -> out.append("&gt;");
        case '&' -> out.append("&amp;");
        case '"' -> out.append("&quot;");
        case '\'' -> out.append("&#39;");
        default -> out.append(isShown(c) ? c : '\ufffd');
      }
    }
  }

  /** Control characters have no place in HTML. */
  private static boolean isShown(char c) {
    return c >= ' ' ? c != '\u007f' : c == '\n' || c == '\t';
  }

  @Override
  public String toString() {
    return out.toString();
  }
}
