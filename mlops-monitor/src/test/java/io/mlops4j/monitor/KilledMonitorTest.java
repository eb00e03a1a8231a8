package io.mlops4j.monitor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.mlops4j.error.DataException;
import io.mlops4j.fixture.ChildProcess;
import io.mlops4j.fixture.Thorough;
import io.mlops4j.monitor.performance.LabelCounts;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Random;
import java.util.Scanner;
import java.util.concurrent.TimeUnit;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Processes that are killed among 200 000 predictions and their labels, one after the other. */
@Thorough("kills")
@Timeout(300)
class KilledMonitorTest {
  private static final int KILLS = 4;
  private static final int BLOCKS_OF_512_BYTES = 400;

  @TempDir Path temp;

  private final BufferAllocator allocator = new RootAllocator();

  /** The predictions and labels that a process has acknowledged. */
  private long predicted;

  private long labelled;
  private boolean done;

  @AfterEach
  void noMemoryIsLeft() {
    allocator.close();
  }

  @Test
  void noAcknowledgedLabelIsLostAndFiguresAreExact() throws Exception {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    Path folder = temp.resolve("state");
    for (int kill = 0; !done; kill++) {
      // lines: 100 of predictions and some 9 400 of labels
      run(folder, kill < KILLS ? 1 + random.nextInt(3_000) : Integer.MAX_VALUE, "seed " + seed);
    }
    assertThat(labelled).isEqualTo(JoinedRows.EXPECTED.get("events").asLong());
    try (ModelMonitor monitor = StateChild.monitor(allocator, folder)) {
      check(monitor, "seed " + seed);
    }
  }

  /** The files of the first process may not grow, as on a full disk. */
  @Test
  @EnabledOnOs({OS.LINUX, OS.MAC})
  void noAcknowledgedLabelIsLostIfTheDiskIsFull() throws Exception {
    Path folder = temp.resolve("state");
    Path errors = temp.resolve("full");
    Process child =
        ChildProcess.start(
            ChildProcess.withFileLimit(
                    BLOCKS_OF_512_BYTES, ChildProcess.java(StateChild.class, folder))
                .redirectError(errors.toFile()));
    try (BufferedReader out = child.inputReader()) {
      for (String line = out.readLine(); line != null; line = out.readLine()) {
        read(line, "a full disk");
      }
    } finally {
      child.destroyForcibly();
    }
    assertThat(child.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(errors).content().contains("labels: cannot store them", "none was added");
    assertThat(labelled).isPositive();
    assertThat(done).isFalse();
    run(folder, Integer.MAX_VALUE, "with room again");
    assertThat(done).isTrue();
    try (ModelMonitor monitor = StateChild.monitor(allocator, folder)) {
      check(monitor, "with room again");
    }
  }

  private void run(Path folder, int linesUntilKill, String what) throws Exception {
    Path errors = temp.resolve("errors");
    Process child = StateChild.start(folder, errors);
    int lines = 0;
    try (BufferedReader out = child.inputReader()) {
      for (String line = out.readLine(); line != null; line = out.readLine()) {
        lines++;
        read(line, what);
        if (lines == linesUntilKill) {
          child.toHandle().destroyForcibly(); // lines that it printed before still count
        }
      }
    } finally {
      child.destroyForcibly();
    }
    assertThat(child.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(errors).as(what).isEmptyFile();
  }

  private void read(String line, String what) {
    Scanner words = new Scanner(line);
    switch (words.next()) {
      case "BEGIN" -> {
        assertThat(words.nextLong()).as(what).isGreaterThanOrEqualTo(predicted);
        assertThat(words.nextLong()).as(what).isGreaterThanOrEqualTo(labelled);
      }
      case "P" -> predicted = words.nextLong();
      case "L" -> labelled = words.nextLong();
      default -> done = true;
    }
  }

  private static void check(ModelMonitor monitor, String what) {
    long rows = JoinedRows.ROWS;
    long joined = JoinedRows.EXPECTED.get("labelled").asLong();
    assertThat(monitor.counts().labels())
        .as(what)
        .isEqualTo(
            new LabelCounts(
                JoinedRows.EXPECTED.get("events").asLong(),
                joined,
                rows - joined,
                0,
                JoinedRows.EXPECTED.get("unknown").asLong(),
                JoinedRows.EXPECTED.get("repeated").asLong(),
                0,
                0,
                0,
                0,
                0));
    Performance performance = monitor.performance(Events.version(1)).orElseThrow();
    assertThat(performance.coverage().predicted()).isEqualTo(rows);
    assertThat(performance.coverage().labelled()).isEqualTo(joined);
    assertThat(performance.coverage().used()).isEqualTo(joined);
    for (String figure : new String[] {"roc_auc", "average_precision", "log_loss", "brier"}) {
      assertThat(performance.figure(figure).orElse(Double.NaN))
          .as(figure)
          .isCloseTo(JoinedRows.EXPECTED.get(figure).asDouble(), within(1e-9));
    }
  }

  @Test
  void aSecondProcessIsRefused() throws IOException {
    Path folder = temp.resolve("state");
    Process child = StateChild.start(folder, temp.resolve("errors"));
    try (BufferedReader out = child.inputReader()) {
      assertThat(out.readLine()).isEqualTo("BEGIN 0 0");
      assertThatThrownBy(() -> StateChild.monitor(allocator, folder))
          .isInstanceOf(DataException.class)
          .hasMessageContaining("process " + child.pid())
          .hasMessageContaining("close that monitor, or use another folder");
    } finally {
      child.destroyForcibly();
    }
  }
}
