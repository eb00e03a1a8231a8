package io.mlops4j.monitor;

import java.io.IOException;
import java.util.concurrent.TimeUnit;

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
}
