package io.mlops4j.bench.conformance;

import java.util.List;
import java.util.Map;

/** Who answers a case. */
@FunctionalInterface
interface CaseRunner {
  /**
   * Loads the model and asks it.
   *
   * @return for each set of data the outputs by name
   * @throws Exception whatever it throws itself; {@link java.io.IOException} if the case's files
   *     are damaged, {@link NotCompared} if they hold what is not compared
   */
  List<Map<String, Value>> answer(TestCase test) throws Exception;

  /** How it asks, where there are several ways; said of what fails. */
  default String way() {
    return "";
  }
}
