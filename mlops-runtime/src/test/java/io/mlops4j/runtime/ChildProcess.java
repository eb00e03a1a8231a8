package io.mlops4j.runtime;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;

/**
 * Child processes that end after five minutes at the latest. A read of a child's output cannot be
 * interrupted, so otherwise a child that waits without end would hold up its test without end.
 */
public final class ChildProcess {
  private static final long MINUTES = 5;

  private ChildProcess() {}

  /** Starts a process; its output ends when it is killed. */
  public static Process start(ProcessBuilder builder) throws IOException {
    Process child = builder.start();
    child
        .onExit()
        .orTimeout(MINUTES, TimeUnit.MINUTES)
        .exceptionally(
            late -> {
              System.err.printf(
                  "killed after %d minutes: %s%n", MINUTES, String.join(" ", builder.command()));
              child.toHandle().destroyForcibly(); // what it printed before can still be read
              return child;
            });
    return child;
  }

  /** Skips a test, and says so, where no process can be given a limit for its files. */
  public static void requirePrlimit() {
    boolean there = Files.isExecutable(Path.of("/usr/bin/prlimit"));
    if (!there) {
      System.out.println("skipped: no prlimit here to limit the files of a process");
    }
    Assumptions.assumeTrue(there, "no prlimit");
  }
}
