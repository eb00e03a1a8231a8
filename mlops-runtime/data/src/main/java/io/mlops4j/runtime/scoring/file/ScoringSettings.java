package io.mlops4j.runtime.scoring.file;

import io.mlops4j.runtime.scoring.ScoringProgress;
import java.util.HashSet;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * @param kept columns of the input
 * @param outputs outputs of the model; empty for all
 * @param progress is notified of progress; null for nobody
 * @param recordEvery nanoseconds between two records of the journal
 */
record ScoringSettings(
    List<String> kept,
    List<String> outputs,
    int threads,
    long badRows,
    @Nullable Consumer<? super ScoringProgress> progress,
    long recordEvery) {

  static ScoringSettings defaults(List<String> keys, int threads) {
    return new ScoringSettings(
        List.copyOf(keys), List.of(), threads, 0, null, TimeUnit.MILLISECONDS.toNanos(100));
  }

  ScoringSettings withKept(List<String> columns) {
    return new ScoringSettings(
        unique("columns", columns), outputs, threads, badRows, progress, recordEvery);
  }

  ScoringSettings withOutputs(List<String> names) {
    if (names.isEmpty()) {
      throw new IllegalArgumentException("names: found none, expected at least one output");
    }
    return new ScoringSettings(
        kept, unique("names", names), threads, badRows, progress, recordEvery);
  }

  ScoringSettings withThreads(int number) {
    return new ScoringSettings(kept, outputs, number, badRows, progress, recordEvery);
  }

  ScoringSettings withBadRows(long most) {
    return new ScoringSettings(kept, outputs, threads, most, progress, recordEvery);
  }

  ScoringSettings withProgress(Consumer<? super ScoringProgress> listener) {
    return new ScoringSettings(kept, outputs, threads, badRows, listener, recordEvery);
  }

  ScoringSettings withRecordEvery(long nanos) {
    return new ScoringSettings(kept, outputs, threads, badRows, progress, nanos);
  }

  private static List<String> unique(String parameter, List<String> names) {
    HashSet<String> seen = new HashSet<>();
    for (String name : names) {
      if (!seen.add(name)) {
        throw new IllegalArgumentException(
            parameter + ": found \"" + name + "\" twice, expected each name once");
      }
    }
    return names;
  }

  /** Returns everything that decides the bytes of the output. */
  String text() {
    return "kept " + kept + ", outputs " + outputs + ", bad rows " + badRows;
  }
}
