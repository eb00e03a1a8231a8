package io.mlops4j.runtime.exchange;

import io.mlops4j.error.DataException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;

/** YAML, with an optional library that is loaded at the first use. */
final class Yaml {
  private static final String ARTIFACT = "org.snakeyaml:snakeyaml-engine:3.2";

  private Yaml() {}

  /**
   * Reads a document that is a map.
   *
   * @param what the file, for messages
   * @throws DataException if it is not such a document, is too large, or the library is absent
   */
  static Map<String, Object> read(String what, String text) {
    return withLibrary(what, () -> SnakeYaml.read(what, text));
  }

  static String write(String what, Map<String, ?> document) {
    return withLibrary(what, () -> SnakeYaml.write(document));
  }

  private static <T> T withLibrary(String what, Supplier<T> work) {
    try {
      return work.get();
    } catch (LinkageError e) {
      throw new DataException(
          what + ": found YAML, expected " + ARTIFACT + " on the class path; add that dependency",
          e);
    }
  }

  /** Converts keys to text and leaves out keys without a value. */
  static Map<String, Object> map(Map<?, ?> map) {
    Map<String, Object> named = new LinkedHashMap<>();
    map.forEach(
        (key, value) -> {
          if (key != null && value != null) {
            named.put(key.toString(), value);
          }
        });
    return named;
  }
}
