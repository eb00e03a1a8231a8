package io.mlops4j.monitor;

import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.fixture.ChildProcess;
import io.mlops4j.monitor.profile.Profile;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;

/**
 * A process that predicts and labels {@link JoinedRows}, continues where the one before was killed,
 * and prints what was acknowledged.
 */
final class StateChild {
  private static final int CALL = 2_000;
  private static final int LABELS_BEFORE_PREDICTIONS = 50_000;
  private static final int LABELS_TOGETHER = 190;
  private static final int LABELS_OF_A_ROUND = 200; // the others are added one by one

  private final BufferAllocator allocator;
  private final ModelMonitor monitor;
  private final JoinedRows rows = JoinedRows.make();

  private StateChild(BufferAllocator allocator, ModelMonitor monitor) {
    this.allocator = allocator;
    this.monitor = monitor;
  }

  /**
   * Predicts and labels until all is done.
   *
   * @param args the folder of the state
   */
  public static void main(String[] args) {
    try (BufferAllocator allocator = new RootAllocator();
        ModelMonitor monitor = monitor(allocator, Path.of(args[0]))) {
      new StateChild(allocator, monitor).work();
    }
    System.out.println("DONE");
  }

  static ModelMonitor monitor(BufferAllocator allocator, Path folder) {
    double[] x = new double[100];
    for (int i = 0; i < x.length; i++) {
      x[i] = i;
    }
    try (FeatureBatch batch = FeatureBatch.builder(allocator).doubles("x", x).build()) {
      return ModelMonitor.builder(Profile.of(List.of(batch)))
          .everyRow()
          .without(Watched.FEATURES, Watched.OUTPUTS, Watched.QUALITY)
          .labels(LabelJoin.byKey("key").within(Duration.ofDays(10)))
          .performance(PerformancePolicy.binary("score"))
          .clock(Clock.fixed(Instant.parse("2001-02-01T00:00:00Z"), ZoneOffset.UTC))
          .stateIn(folder, Duration.ofMillis(300))
          .start();
    }
  }

  private void work() {
    int predicted = (int) monitor.counts().rows();
    int labelled = (int) monitor.counts().labels().received();
    System.out.println("BEGIN " + predicted + " " + labelled);
    labelled = label(labelled, LABELS_BEFORE_PREDICTIONS);
    for (; predicted < JoinedRows.ROWS; predicted += CALL) {
      predict(predicted);
      monitor.flush();
      System.out.println("P " + (predicted + CALL));
    }
    label(labelled, rows.labels().size());
  }

  private void predict(int first) {
    String[] keys = new String[CALL];
    double[] scores = new double[CALL];
    for (int i = 0; i < CALL; i++) {
      keys[i] = "row " + (first + i);
      scores[i] = rows.score(first + i);
    }
    try (FeatureBatch features = FeatureBatch.builder(allocator).strings("key", keys).build();
        FeatureBatch outputs = FeatureBatch.builder(allocator).doubles("score", scores).build()) {
      monitor.onInference(Events.answered(Events.version(1), features, outputs));
    }
  }

  private int label(int first, int end) {
    int next = first;
    while (next < end) {
      List<JoinedRows.Label> all = rows.labels();
      if (next % LABELS_OF_A_ROUND == 0 && next + LABELS_TOGETHER <= end) {
        labelTogether(all.subList(next, next + LABELS_TOGETHER));
        next += LABELS_TOGETHER;
      } else {
        monitor.label(all.get(next).key(), all.get(next).label());
        next++;
      }
      System.out.println("L " + next);
    }
    return next;
  }

  private void labelTogether(List<JoinedRows.Label> some) {
    String[] keys = some.stream().map(JoinedRows.Label::key).toArray(String[]::new);
    int[] labels = some.stream().mapToInt(JoinedRows.Label::label).toArray();
    try (FeatureBatch batch =
        FeatureBatch.builder(allocator).strings("key", keys).ints("late", labels).build()) {
      monitor.labels(batch);
    }
  }

  static Process start(Path folder, Path errors) throws IOException {
    return ChildProcess.start(
        ChildProcess.java(StateChild.class, folder).redirectError(errors.toFile()));
  }
}
