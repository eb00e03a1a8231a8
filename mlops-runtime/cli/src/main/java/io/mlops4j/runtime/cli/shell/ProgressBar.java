package io.mlops4j.runtime.cli.shell;

import io.mlops4j.registry.Progress;
import io.mlops4j.registry.ProgressListener;
import java.io.PrintWriter;
import java.util.function.LongSupplier;

/**
 * Progress on standard error. On a terminal it is one line that is redrawn and erased at the end.
 * Elsewhere a line is printed every two seconds.
 */
public final class ProgressBar implements ProgressListener, AutoCloseable {
  private static final int WIDTH = 24;
  private static final int LINE = 79;

  private final PrintWriter err;
  private final String what;
  private final boolean shown;
  private final boolean redraws;
  private final LongSupplier nanos;
  private final long every;
  private long last;
  private boolean drawn;

  ProgressBar(PrintWriter err, String what, boolean shown, boolean redraws, LongSupplier nanos) {
    this.err = err;
    this.what = what;
    this.shown = shown;
    this.redraws = redraws;
    this.nanos = nanos;
    every = redraws ? 100_000_000L : 2_000_000_000L;
  }

  @Override
  public void onProgress(Progress now) {
    show(line(now), now.done() == now.total());
  }

  /**
   * Shows a text.
   *
   * @param text the text
   * @param important whether to show it even if another text was shown a moment ago
   */
  public void show(String text, boolean important) {
    long time = nanos.getAsLong();
    if (!shown || (drawn && !important && time - last < every)) {
      return;
    }
    last = time;
    drawn = true;
    String line = ConsoleOutput.clean(what + "  " + text);
    line = line.length() > LINE ? line.substring(0, LINE) : line;
    if (redraws) {
      err.print("\r" + line + " ".repeat(LINE - line.length()));
    } else {
      err.println(line);
    }
    err.flush();
  }

  private static String line(Progress now) {
    boolean sized = now.totalBytes() > 0;
    double part =
        sized
            ? (double) now.bytes() / now.totalBytes()
            : now.total() > 0 ? (double) now.done() / now.total() : 1;
    int done = (int) (Math.min(1, part) * WIDTH);
    return "[%s%s] %3d %%  %s  %s"
        .formatted(
            "#".repeat(done),
            ".".repeat(WIDTH - done),
            (int) (Math.min(1, part) * 100),
            sized
                ? ConsoleOutput.bytes(now.bytes()) + " of " + ConsoleOutput.bytes(now.totalBytes())
                : now.done() + " of " + now.total() + ", " + ConsoleOutput.bytes(now.bytes()),
            now.at());
  }

  /** Erases the line on a terminal. */
  @Override
  public void close() {
    if (drawn && redraws) {
      err.print("\r" + " ".repeat(LINE) + "\r");
      err.flush();
    }
  }
}
