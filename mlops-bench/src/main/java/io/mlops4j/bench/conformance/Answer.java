package io.mlops4j.bench.conformance;

import io.mlops4j.error.MlopsException;
import java.io.File;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a side made of a case. */
sealed interface Answer {
  /**
   * It answered.
   *
   * @param sets for each set of data the outputs by name
   */
  record Values(List<Map<String, Value>> sets) implements Answer {}

  /**
   * It did not.
   *
   * @param orderly whether the library says so by an exception of its family, or the case itself
   *     cannot be asked
   */
  record None(String reason, boolean orderly) implements Answer {}

  static Answer of(CaseRunner side, TestCase test) {
    try {
      return new Values(side.answer(test));
    } catch (MlopsException | IOException | NotCompared e) {
      return new None(text(e.getMessage(), test), true);
    } catch (Exception e) {
      return new None(text(e.toString(), test), false);
    }
  }

  /** The case is known, where it lies need not be said. */
  private static String text(@Nullable String message, TestCase test) {
    return String.valueOf(message).replace(test.folder() + File.separator, "");
  }
}
