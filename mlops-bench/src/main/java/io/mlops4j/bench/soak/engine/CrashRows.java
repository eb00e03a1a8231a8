package io.mlops4j.bench.soak.engine;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Each misuse that kills the process of ONNX Runtime's Java API, hangs it or makes it answer
 * wrongly, through the public API of this library. A row that returns has ended as it should; one
 * that throws has not.
 */
final class CrashRows {
  private static final Map<String, Row> ROWS = new LinkedHashMap<>();

  static {
    ROWS.put("closed-while-running", LifetimeRows::closedWhileRunning);
    ROWS.put("mapping-collected", LifetimeRows::mappingCollected);
    ROWS.put("output-shared", LifetimeRows::outputShared);
    ROWS.put("weights-flipped", FileRows::weightsFlipped);
    ROWS.put("input-closed", LifetimeRows::inputClosed);
    ROWS.put("null-text", ValueRows::nullText);
    ROWS.put("byte-order", ValueRows::byteOrder);
    ROWS.put("answer-freed", LifetimeRows::answerFreed);
    ROWS.put("nan-into-trees", ValueRows::nanIntoTrees);
    ROWS.put("loop-without-end", DeadlineRows::loopWithoutEnd);
    ROWS.put("load-without-end", DeadlineRows::loadWithoutEnd);
    ROWS.put("operator-beyond-its-deadline", DeadlineRows::operatorBeyondItsDeadline);
    ROWS.put("misfits", ValueRows::misfits);
    ROWS.put("damaged-files", FileRows::damagedFiles);
    ROWS.put("external-data", FileRows::externalData);
    ROWS.put("empty-and-uneven", ValueRows::emptyAndUneven);
  }

  private CrashRows() {}

  /** A row of the table. */
  interface Row {
    void run(CrashSetup setup) throws Exception;
  }

  /** Of all rows. */
  static List<String> names() {
    return List.copyOf(ROWS.keySet());
  }

  /** By its name. */
  static Row row(String name) {
    Row row = ROWS.get(name);
    if (row == null) {
      throw new IllegalArgumentException("row: found " + name + ", expected one of " + names());
    }
    return row;
  }
}
