package io.mlops4j.runtime.cli.shell;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Counts the seconds of work that reports no progress, on a thread that ends with the work. */
final class ProgressTicker implements AutoCloseable {
  private final ProgressBar bar;
  private final CountDownLatch end = new CountDownLatch(1);
  private final @Nullable Thread thread;

  private ProgressTicker(ProgressBar bar, boolean shown) {
    this.bar = bar;
    thread = shown ? new Thread(this::tick, "mlops4j-progress") : null;
  }

  static ProgressTicker start(ProgressBar bar, boolean shown) {
    ProgressTicker ticker = new ProgressTicker(bar, shown);
    if (ticker.thread != null) {
      ticker.thread.setDaemon(true);
      ticker.thread.start();
    }
    return ticker;
  }

  private void tick() {
    long begin = System.nanoTime();
    try {
      do {
        long seconds = TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - begin);
        bar.show(seconds + " s", false);
      } while (!end.await(1, TimeUnit.SECONDS));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    end.countDown();
    if (thread != null) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
    bar.close();
  }
}
