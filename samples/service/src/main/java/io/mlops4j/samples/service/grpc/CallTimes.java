package io.mlops4j.samples.service.grpc;

import io.grpc.Context;
import io.grpc.Metadata;
import io.grpc.ServerStreamTracer;
import io.grpc.Status;
import io.grpc.health.v1.HealthGrpc;
import java.time.Duration;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Ends calls that are open for too long, because the client sends or reads too slowly: gRPC itself
 * limits only what the client limits. Knows how many calls are open, from the first header of the
 * request to the last byte of the answer. A watch of the service's health ends with the service.
 */
final class CallTimes extends ServerStreamTracer.Factory {
  private static final String WATCH = HealthGrpc.getWatchMethod().getFullMethodName();

  private final Duration most;
  private final ScheduledExecutorService timer;
  private int open; // guarded by this

  CallTimes(Duration most, ScheduledExecutorService timer) {
    this.most = most;
    this.timer = timer;
  }

  @Override
  public ServerStreamTracer newServerStreamTracer(String method, Metadata headers) {
    if (method.equals(WATCH)) {
      return new ServerStreamTracer() {};
    }
    begin();
    return new Call();
  }

  private synchronized void begin() {
    open++;
  }

  private synchronized void end() {
    open--;
    notifyAll();
  }

  /** Waits until no call is open, or the time is over. */
  synchronized void awaitNone(Duration patience) throws InterruptedException {
    long end = System.nanoTime() + patience.toNanos();
    for (long left = patience.toNanos(); open > 0 && left > 0; left = end - System.nanoTime()) {
      TimeUnit.NANOSECONDS.timedWait(this, left);
    }
  }

  private final class Call extends ServerStreamTracer {
    private Context.@Nullable CancellableContext limited;

    /** A context that is over cancels those that are made from it, and with them the call. */
    @Override
    public Context filterContext(Context context) {
      limited = context.withDeadlineAfter(most.toNanos(), TimeUnit.NANOSECONDS, timer);
      return limited;
    }

    @Override
    public void streamClosed(Status status) {
      if (limited != null) {
        limited.cancel(null);
      }
      end();
    }
  }
}
