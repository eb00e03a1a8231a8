package io.mlops4j.monitor.log;

import io.mlops4j.fixture.ChildProcess;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.arrow.memory.RootAllocator;

/** A process that logs until it is killed, and prints the calls whose rows were acknowledged. */
final class LogChild {
  static final int ROWS = 7;
  private static final int WRITERS = 3;
  private static final int CALLS_OF_A_ROUND = 1_000_000;

  private LogChild() {}

  /**
   * Logs until it is killed.
   *
   * @param args the folder, and the number of the round
   */
  public static void main(String[] args) throws InterruptedException {
    int round = Integer.parseInt(args[1]);
    try (RootAllocator allocator = new RootAllocator();
        PredictionLog log =
            PredictionLog.builder(Path.of(args[0]), allocator).keys("key").start()) {
      System.out.println("TORN " + log.status().tornBytes());
      List<Thread> writers = new ArrayList<>();
      for (int writer = 0; writer < WRITERS; writer++) {
        int first = writer;
        writers.add(
            new Thread(
                () -> {
                  for (int i = first; i < CALLS_OF_A_ROUND; i += WRITERS) {
                    int call = round * CALLS_OF_A_ROUND + i;
                    LogCalls.send(log, allocator, 1 + i % 2, call, ROWS);
                    log.flush();
                    System.out.println("ACK " + call);
                  }
                }));
      }
      writers.forEach(Thread::start);
      for (Thread writer : writers) {
        writer.join();
      }
    }
  }

  static Process start(Path folder, int round, Path errors) throws IOException {
    return ChildProcess.start(
        ChildProcess.java(LogChild.class, folder, round).redirectError(errors.toFile()));
  }
}
