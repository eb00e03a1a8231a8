package io.mlops4j.monitor.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.mlops4j.error.DataException;
import io.mlops4j.fixture.ChildProcess;
import java.io.BufferedReader;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** A process whose files may not grow, as on a full disk. */
@EnabledOnOs({OS.LINUX, OS.MAC})
class FullDiskTest {
  private static final int BLOCKS_OF_512_BYTES = 200;
  private static final int ROWS = 100;
  private static final int MOST_CALLS = 1_000_000;

  @TempDir Path temp;

  /** Sends rows until the log has a problem, and then until it drops rows. */
  static final class Child {
    private Child() {}

    /**
     * Prints one line for each state.
     *
     * @param args the folder
     */
    public static void main(String[] args) {
      try (RootAllocator allocator = new RootAllocator()) {
        PredictionLog log =
            PredictionLog.builder(Path.of(args[0]), allocator)
                .keys("key")
                .queueRows(10 * ROWS)
                .start();
        int calls = 0;
        while (log.status().problem().isEmpty() && calls < MOST_CALLS) {
          LogCalls.send(log, allocator, 1, calls++, ROWS);
        }
        System.out.println(log.status().problem().orElse("none"));
        while (log.status().dropped() == 0 && calls < MOST_CALLS) {
          LogCalls.send(log, allocator, 1, calls++, ROWS);
        }
        try {
          log.close(); // another file may have room for the rows that wait
        } catch (DataException e) {
          System.err.println(e.getMessage()); // says how many rows are lost
        }
        LogStatus end = log.status();
        System.out.println(end.written() + end.dropped() + end.failed() - (long) calls * ROWS);
        System.out.println(end.acknowledged());
        System.out.println(end.dropped());
      }
    }
  }

  private Process start(Path folder) throws Exception {
    ProcessBuilder child =
        ChildProcess.withFileLimit(BLOCKS_OF_512_BYTES, ChildProcess.java(Child.class, folder));
    return ChildProcess.start(child.redirectError(ProcessBuilder.Redirect.DISCARD));
  }

  @Test
  void itSaysSoCountsEveryRowAndLosesNoAcknowledgedOne() throws Exception {
    Path folder = temp.resolve("log");
    Process child = start(folder);
    List<String> lines;
    try (BufferedReader out = child.inputReader()) {
      lines = out.lines().toList();
    } finally {
      child.destroyForcibly();
    }
    assertThat(child.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(lines).hasSize(4);
    assertThat(lines.get(0)).contains("cannot write", "too large");
    assertThat(lines.get(1)).as("rows that are in no count").isEqualTo("0");
    assertThat(Long.parseLong(lines.get(3))).isPositive();
    try (BufferAllocator allocator = new RootAllocator()) {
      LoggedPredictions logged = PredictionLog.open(folder, allocator);
      List<String> ids = LogCalls.ids(logged);
      assertThat(ids).hasSize(Integer.parseInt(lines.get(2))).doesNotHaveDuplicates();
      assertThat(logged.damagedRows()).isZero();
    }
  }
}
