package io.mlops4j.runtime.view;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Keys as text: a JSON array, in which equal keys have equal texts. */
final class KeyText {
  /** An index of PostgreSQL takes 2704 bytes, with the name of the view. */
  private static final int MOST_BYTES = 1500;

  private KeyText() {}

  /** Returns the text of a key. */
  static String of(FeatureView view, List<? extends @Nullable Object> key) {
    if (key.size() != view.keys().size()) {
      throw new IllegalArgumentException(
          "key: found " + key + ", expected a value for each of " + view.keys());
    }
    StringBuilder text = new StringBuilder(32).append('[');
    for (int i = 0; i < key.size(); i++) {
      if (i > 0) {
        text.append(',');
      }
      append(text, view.keys().get(i), key.get(i));
    }
    String made = text.append(']').toString();
    if (made.length() > MOST_BYTES / 3
        && made.getBytes(StandardCharsets.UTF_8).length > MOST_BYTES) {
      throw new IllegalArgumentException(
          "key: found more than "
              + MOST_BYTES
              + " bytes, "
              + made.substring(0, 60)
              + "..., expected a shorter key");
    }
    return made;
  }

  private static void append(StringBuilder text, String column, @Nullable Object value) {
    if (value instanceof String string) {
      quote(text, string);
    } else if (value instanceof Long
        || value instanceof Integer
        || value instanceof Short
        || value instanceof Byte) {
      text.append(((Number) value).longValue());
    } else if (value instanceof Boolean flag) {
      text.append(flag.booleanValue());
    } else {
      throw new IllegalArgumentException(
          "key: found "
              + (value == null ? "null" : value + " of " + value.getClass().getSimpleName())
              + " for "
              + column
              + ", expected a String, a whole number or a Boolean");
    }
  }

  private static void quote(StringBuilder text, String string) {
    text.append('"');
    for (int i = 0; i < string.length(); i++) {
      char c = string.charAt(i);
      if (c == '"' || c == '\\') {
        text.append('\\').append(c);
      } else if (c < ' ') {
        text.append(String.format("\\u%04x", (int) c));
      } else {
        text.append(c);
      }
    }
    text.append('"');
  }
}
