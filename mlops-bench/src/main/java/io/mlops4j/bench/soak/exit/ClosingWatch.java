package io.mlops4j.bench.soak.exit;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** Looks again and again where a thread is, so that a slow close can be explained. */
final class ClosingWatch {
  private static final long EVERY = TimeUnit.MILLISECONDS.toNanos(20);
  private static final int FRAMES = 3;

  private final Thread watched;
  private final Thread looks;
  private final Map<String, Long> millis = new LinkedHashMap<>();
  private volatile boolean ends;

  ClosingWatch(Thread watched) {
    this.watched = watched;
    this.looks = new Thread(this::run, "closing-watch");
    looks.setDaemon(true);
    looks.start();
  }

  private void run() {
    long last = System.nanoTime();
    while (!ends) {
      LockSupport.parkNanos(EVERY);
      String place = place();
      long now = System.nanoTime();
      millis.merge(place, TimeUnit.NANOSECONDS.toMillis(now - last), Long::sum);
      last = now;
    }
  }

  /** The innermost methods of the library. */
  private String place() {
    return Arrays.stream(watched.getStackTrace())
        .filter(frame -> frame.getClassName().startsWith("io.mlops4j.runtime"))
        .limit(FRAMES)
        .map(frame -> frame.getFileName() + ":" + frame.getLineNumber())
        .reduce((a, b) -> a + " < " + b)
        .orElse("elsewhere");
  }

  void end() throws InterruptedException {
    ends = true;
    looks.join();
  }

  /** Milliseconds by place, after {@link #end}. */
  @Override
  public String toString() {
    return "ms at " + millis;
  }
}
