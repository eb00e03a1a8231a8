package io.mlops4j.monitor;

import static org.assertj.core.api.Assertions.assertThat;

import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.inference.ServedBy;
import io.mlops4j.monitor.drift.WindowReport;
import io.mlops4j.monitor.profile.Profile;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A million predictions from eight threads: each row is in a window or in a count. */
class CountsAgreeTest {
  private static final ServedBy V1 = Events.version(1);
  private static final int THREADS = 8;
  private static final int BATCHES = 25;
  private static final int ROWS = 5_000;
  private static final int SENT = THREADS * BATCHES * ROWS;

  private final BufferAllocator allocator = new RootAllocator();
  private final List<FeatureBatch> features = new ArrayList<>();
  private final List<FeatureBatch> outputs = new ArrayList<>();

  @AfterEach
  void nothingIsLent() {
    features.forEach(FeatureBatch::close);
    outputs.forEach(FeatureBatch::close);
    assertThat(allocator.getAllocatedMemory()).isZero();
    allocator.close();
  }

  /** Batch 3 lacks a column; batch 5 has it with another type. */
  private void prepare() {
    Random random = new Random(14);
    String[] origins = {"LAS", "PHL", "JFK", "SFO"};
    for (int i = 0; i < THREADS; i++) {
      double[] distance = random.doubles(ROWS, 0, 3_000).toArray();
      String[] origin = new String[ROWS];
      for (int row = 0; row < ROWS; row++) {
        origin[row] = origins[random.nextInt(4)];
      }
      FeatureBatch.Builder batch = FeatureBatch.builder(allocator).strings("origin", origin);
      if (i == 5) {
        batch.strings("distance", origin);
      } else if (i != 3) {
        batch.doubles("distance", distance);
      }
      features.add(batch.build());
      outputs.add(
          FeatureBatch.builder(allocator).doubles("y", random.doubles(ROWS).toArray()).build());
    }
  }

  private void answerAll(ModelMonitor monitor, int batches) {
    ExecutorService threads = Executors.newFixedThreadPool(THREADS);
    try {
      List<CompletableFuture<Void>> running = new ArrayList<>();
      for (int thread = 0; thread < THREADS; thread++) {
        FeatureBatch its = features.get(thread);
        FeatureBatch answers = outputs.get(thread);
        running.add(
            CompletableFuture.runAsync(
                () -> {
                  for (int i = 0; i < batches; i++) {
                    monitor.onInference(Events.answered(V1, its, answers));
                  }
                },
                threads));
      }
      running.forEach(CompletableFuture::join);
    } finally {
      threads.shutdown();
    }
    monitor.flush();
  }

  private Profile reference() {
    return Profile.builder().add(features.get(0), outputs.get(0)).build();
  }

  @Test
  void theProfileOfAllRowsEqualsAnOfflinePass() {
    prepare();
    Profile reference = reference();
    List<WindowReport> windows = Collections.synchronizedList(new ArrayList<>());
    try (ModelMonitor monitor =
        ModelMonitor.builder(reference)
            .everyRow()
            .window(Window.ofRows(SENT))
            .handOffRows(SENT)
            .start()) {
      monitor.onWindow(windows::add);
      answerAll(monitor, BATCHES);
      assertThat(monitor.counts().rows()).isEqualTo(SENT);
      assertThat(monitor.counts().dropped()).isZero();
      assertThat(monitor.counts().unfit()).isEqualTo(2L * BATCHES * ROWS);
    }
    Profile offline = null;
    for (int thread = 0; thread < THREADS; thread++) {
      List<String> unfit = thread == 3 || thread == 5 ? List.of("distance") : List.of();
      Profile.Builder counting = reference.without(unfit).counting();
      for (int i = 0; i < BATCHES; i++) {
        counting.add(features.get(thread), outputs.get(thread));
      }
      Profile its = counting.build().without(List.of("distance"));
      offline = offline == null ? its : offline.merge(its);
    }
    Profile.Builder distances = reference.counting();
    for (int i = 0; i < BATCHES; i++) {
      for (int thread = 0; thread < THREADS; thread++) {
        if (thread != 3 && thread != 5) {
          distances.add(features.get(thread), outputs.get(thread));
        }
      }
    }
    Profile live = windows.get(0).profile();
    assertThat(windows).hasSize(1);
    assertThat(live.without(List.of("distance")).toBytes()).isEqualTo(offline.toBytes());
    assertThat(live.column("distance")).isEqualTo(distances.build().column("distance"));
    assertThat(windows.get(0).uncounted()).containsEntry("distance", 2L * BATCHES * ROWS);
  }

  @Test
  void rowsThatAreDroppedAreCounted() {
    prepare();
    List<WindowReport> windows = Collections.synchronizedList(new ArrayList<>());
    try (ModelMonitor monitor =
        ModelMonitor.builder(reference())
            .everyRow()
            .window(Window.ofRows(ROWS))
            .handOffRows(2 * ROWS)
            .start()) {
      monitor.onWindow(windows::add);
      answerAll(monitor, 5);
      MonitorCounts counts = monitor.counts();
      assertThat(counts.rows() + counts.dropped()).isEqualTo(THREADS * 5L * ROWS);
      assertThat(windows.stream().mapToLong(window -> window.profile().rows()).sum())
          .isEqualTo(counts.rows());
    }
  }
}
