package io.mlops4j.runtime.exchange;

import io.mlops4j.error.DataException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;

/** YAML, if the library for it is there: it is optional, and loaded when it is first needed. */
final class Yaml {
  private static final String ARTIFACT = "org.snakeyaml:snakeyaml-engine:3.2";

  private Yaml() {}

  /**
   * Reads a document that is a map.
   *
   * @param what for messages
   * @throws DataException if it is no such document, or one that could blow up, or the library is
   *     not there
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
          what
              + ": found a file of YAML, expected "
              + ARTIFACT
              + " on the class path for it; add that dependency",
          e);
    }
  }

  /** Keys become text; those without a value are left out. */
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
