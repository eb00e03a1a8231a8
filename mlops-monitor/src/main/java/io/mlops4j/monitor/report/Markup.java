package io.mlops4j.monitor.report;

import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Writes HTML and SVG. Every text and attribute is escaped here and nowhere else, so that a name
 * such as {@code <script>} stays text.
 */
final class Markup {
  /** A word of at most this number of characters is never broken. */
  private static final int WORD = 12;

  private final StringBuilder out = new StringBuilder();
  private final Deque<String> open = new ArrayDeque<>();

  /**
   * Opens an element.
   *
   * @param name its name, a constant
   * @param attributes names and values in turn
   */
  Markup open(String name, Object... attributes) {
    start(name, attributes);
    out.append('>');
    open.push(name);
    return this;
  }

  /** Adds an SVG element without content. */
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

  /** Rounded to a tenth of a pixel. */
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

  /** Adds a text whose names may be broken after a separator. */
  Markup words(String text) {
    return words(text, Integer.MAX_VALUE);
  }

  /**
   * Adds a name in a narrow column. A part of more than {@value #WORD} characters may be broken.
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

  /** Adds an element that holds only text. */
  Markup element(String name, String text, Object... attributes) {
    return open(name, attributes).text(text).close();
  }

  /** Appends markup: a constant, or the result of another instance. */
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

  /**
   * Control characters are not allowed in HTML, and a name that turns the direction of text would
   * turn the words and figures behind it, too: {@code p < 0.001} was read as {@code 100.0 > p}.
   */
  private static boolean isShown(char c) {
    boolean turns = (c >= '\u202a' && c <= '\u202e') || (c >= '\u2066' && c <= '\u2069');
    return c >= ' ' ? c != '\u007f' && !turns : c == '\n' || c == '\t';
  }

  @Override
  public String toString() {
    return out.toString();
  }
}
