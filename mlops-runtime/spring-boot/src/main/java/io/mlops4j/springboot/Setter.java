package io.mlops4j.springboot;

import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Passes values of properties on, and names the property of a value that is rejected.
 *
 * @param prefix the beginning of the names of the properties
 */
record Setter(String prefix) {
  <T> void apply(String key, @Nullable T value, Consumer<? super T> target) {
    if (value == null) {
      return;
    }
    try {
      target.accept(value);
    } catch (IllegalArgumentException e) {
      throw Settings.invalid(prefix + key, value, String.valueOf(e.getMessage()));
    }
  }

  void refuse(String key, @Nullable Object value, String found) {
    if (value != null) {
      throw Settings.invalid(
          prefix + key,
          value,
          found + ", expected it only for a registry in a database; remove one");
    }
  }
}
