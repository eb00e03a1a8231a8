package io.mlops4j.bench.soak.exit;

import io.mlops4j.bench.soak.exit.Shutdown.Way;
import io.mlops4j.bench.soak.part.Child;
import io.mlops4j.bench.soak.part.Graphs;
import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.inference.CallOptions;
import io.mlops4j.inference.Closing;
import io.mlops4j.inference.InferenceEvent.Route;
import io.mlops4j.inference.LoadOptions;
import io.mlops4j.inference.MicroBatching;
import io.mlops4j.inference.Model;
import io.mlops4j.inference.ModelFigures;
import io.mlops4j.inference.Prediction;
import io.mlops4j.inference.RowModel;
import io.mlops4j.model.ModelCard;
import io.mlops4j.model.ModelVersion;
import io.mlops4j.registry.Change;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.runtime.ModelRuntime;
import io.mlops4j.runtime.composition.Composition;
import io.mlops4j.runtime.deployment.Deployment;
import io.mlops4j.runtime.registry.FileModelRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** Serves open traffic, gets SIGTERM, and closes in a shutdown hook, as the guide says. */
final class ShutdownMain {
  private static final Duration DEADLINE = Duration.ofSeconds(10);
  private static final Duration SHORT = Duration.ofMillis(1500);

  /** For a machine that does other work. It is less than a second deadline after the first. */
  private static final Duration SLACK = Duration.ofMillis(1200);

  /** A process that takes longer says where it was. */
  private static final Duration EARLY = Duration.ofMillis(200);

  private static final int WARM = 500;
  private static final int REJECTED = 50;
  private static final int WAITING = 64;
  private static final long NEVER = 1L << 62;
  private static final Change CHANGE = Change.by("soak").because("shutdown");

  private final Way way;
  private final ModelRuntime runtime = ModelRuntime.builder().threads(4).open();
  private final ModelRegistry registry;
  private final List<Deployment> deployments = new ArrayList<>();
  private final List<Thread> threads = new ArrayList<>();
  private final Model served;

  private final CountDownLatch warm = new CountDownLatch(1);
  private final CountDownLatch rejecting = new CountDownLatch(REJECTED);
  private final AtomicInteger answered = new AtomicInteger();
  private final AtomicInteger rejected = new AtomicInteger();
  private final AtomicInteger ended = new AtomicInteger();
  private final AtomicInteger waiting = new AtomicInteger();
  private final AtomicReference<@Nullable Throwable> wrong = new AtomicReference<>();
  private volatile boolean closing;
  private volatile boolean closed;
  private volatile boolean stopped;

  /** The input of the model. */
  public record Point(float x) {}

  /** The output of the model. */
  public record Value(float y) {}

  private ShutdownMain(Way way) throws IOException {
    this.way = way;
    Path folder = Files.createTempDirectory("shutdown");
    registry = FileModelRegistry.open(folder.resolve("registry"));
    boolean turns = way == Way.ENDLESS;
    Path file = Graphs.save(folder, "model", turns ? Graphs.turns() : Graphs.line());
    for (String alias : List.of("m@champion", "m@next")) { // equal cards would be one version
      ModelCard card = ModelCard.builder("m").description("serves as " + alias).build();
      ModelVersion version = registry.publish(card, file);
      registry.assign(alias, version, CHANGE);
    }
    served = serve();
  }

  private Model serve() {
    if (way != Way.COMPOSED) {
      return deployment("m@champion", true);
    }
    return runtime
        .composition("mean")
        .member("one", deployment("m@champion", false))
        .member("two", deployment("m@next", false))
        .average("y");
  }

  private Deployment deployment(String ref, boolean canary) {
    Closing ends = Closing.endsCallsAfter(patience());
    Deployment.Builder builder =
        runtime
            .deployment(ref)
            .from(registry)
            .actor("soak")
            .every(Duration.ofMillis(20))
            .options(LoadOptions.builder().closing(ends).build());
    if (way == Way.BATCHED) {
      builder.microBatching(MicroBatching.upTo(64));
    }
    if (canary && (way == Way.SWAPPED || way == Way.ENDLESS)) {
      builder.canary("m@next", 0.5);
    }
    Deployment started = builder.start();
    deployments.add(started);
    return started;
  }

  /** The name of a way. */
  public static void main(String[] args) throws Exception {
    new ShutdownMain(Way.valueOf(args[0])).run();
  }

  private void run() throws Exception {
    if (way == Way.ENDLESS) {
      start(() -> callWithoutEnd(Route.PRIMARY));
      start(() -> callWithoutEnd(Route.CANARY));
      while (running() < 2) {
        Thread.onSpinWait();
      }
    } else {
      RowModel<Point, Value> rows = served.rows(Point.class, Value.class);
      for (int i = 0; i < 2; i++) {
        start(() -> untilStopped(this::callWithBatch));
        start(() -> untilStopped(x -> require(x, rows.predict(new Point(x)).y())));
      }
      Semaphore room = new Semaphore(WAITING);
      start(() -> untilStopped(x -> callAsync(x, room)));
      warm.await();
    }
    if (way == Way.SWAPPED) {
      start(this::swapUntilClosed);
    }
    Runtime.getRuntime().addShutdownHook(new Thread(this::closeAndTell));
    new ProcessBuilder("kill", "-TERM", Long.toString(ProcessHandle.current().pid())).start();
    new CountDownLatch(1).await();
  }

  private void start(Runnable task) {
    Thread thread = new Thread(task);
    thread.setDaemon(true);
    threads.add(thread);
    thread.start();
  }

  private interface Call {
    /** Returns whether the call was answered; false if it will be answered later. */
    boolean of(float x) throws InterruptedException;
  }

  private void untilStopped(Call call) {
    for (int i = 0; !stopped && wrong.get() == null; i = (i + 1) % 1000) {
      boolean mayBeRejected = closing;
      boolean mustBeRejected = closed;
      try {
        if (call.of(i) && mustBeRejected) {
          answeredLate();
        }
      } catch (IllegalStateException e) {
        rejected(e, mayBeRejected);
      } catch (Throwable e) {
        wrong.compareAndSet(null, e);
      }
    }
  }

  private void answeredLate() {
    wrong.compareAndSet(null, new IllegalStateException("a late call was answered"));
  }

  /** A call that began before may be rejected if closing has begun meanwhile. */
  private void rejected(IllegalStateException e, boolean closingBefore) {
    if ((closingBefore || closing) && String.valueOf(e.getMessage()).contains("closed")) {
      rejected.incrementAndGet();
      rejecting.countDown();
    } else {
      wrong.compareAndSet(null, e);
    }
  }

  private boolean callWithBatch(float x) {
    try (FeatureBatch batch = FeatureBatch.builder(runtime.allocator()).floats("x", x, -x).build();
        Prediction answer = served.predict(batch)) {
      return require(x, answer.floats("y")[0]);
    }
  }

  private boolean callAsync(float x, Semaphore room) throws InterruptedException {
    room.acquire();
    boolean late = closed;
    waiting.incrementAndGet();
    try (FeatureBatch batch = FeatureBatch.builder(runtime.allocator()).floats("x", x).build()) {
      CompletableFuture<Float> unused =
          served
              .predictAsync(batch, CallOptions.withDefaults(), answer -> answer.floats("y")[0])
              .whenComplete(
                  (y, error) -> {
                    waiting.decrementAndGet();
                    room.release();
                    if (y != null && late) {
                      answeredLate();
                    } else if (y != null) {
                      require(x, y);
                    } else if (error instanceof IllegalStateException e) {
                      rejected(e, false);
                    } else {
                      wrong.compareAndSet(null, error);
                    }
                  });
    }
    return false;
  }

  private boolean require(float x, float y) {
    if (y != 2 * x + 1) {
      wrong.compareAndSet(null, new IllegalStateException(x + ": found " + y));
    }
    if (answered.incrementAndGet() >= WARM) {
      warm.countDown();
    }
    return true;
  }

  private void callWithoutEnd(Route route) {
    try (FeatureBatch batch =
        FeatureBatch.builder(runtime.allocator()).floats("x", 1).longs("turns", NEVER).build()) {
      served.predict(batch, CallOptions.withDefaults().withRoute(route)).close();
    } catch (IllegalStateException e) {
      if (closing && String.valueOf(e.getMessage()).contains("went on for longer than 1.5 s")) {
        ended.incrementAndGet();
      } else {
        wrong.compareAndSet(null, e);
      }
    }
  }

  private int running() {
    return runtime.figures().models().stream().mapToInt(ModelFigures::running).sum();
  }

  private void swapUntilClosed() {
    try {
      while (!closing) {
        for (int number = 1; number <= 2 && !closing; number++) {
          registry.assign("m@champion", registry.resolve("m:" + number), CHANGE);
        }
      }
    } catch (RuntimeException e) {
      wrong.compareAndSet(null, e);
    }
  }

  /** As the guide says; but the traffic goes on, so that there are calls to reject. */
  private void closeAndTell() {
    try {
      long began = System.nanoTime();
      ClosingWatch watch = new ClosingWatch(Thread.currentThread());
      closing = true;
      if (served instanceof Composition) {
        served.close();
      }
      deployments.forEach(Deployment::close);
      Duration took = Duration.ofNanos(System.nanoTime() - began);
      closed = true;
      watch.end();
      if (way != Way.ENDLESS) {
        rejecting.await();
      }
      stopped = true;
      for (Thread thread : threads) {
        thread.join();
      }
      registry.close();
      runtime.close(); // waits for its threads, which complete futures
      boolean late = took.compareTo(patience().plus(EARLY)) > 0;
      Child.tell((isGood(took) ? "ok" : "bad") + report(took) + (late ? ", " + watch : ""));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private Duration patience() {
    return way == Way.ENDLESS ? SHORT : DEADLINE;
  }

  private boolean isGood(Duration took) {
    Duration most = patience().plus(SLACK);
    return wrong.get() == null
        && waiting.get() == 0
        && ended.get() == (way == Way.ENDLESS ? 2 : 0)
        && took.compareTo(most) <= 0;
  }

  private String report(Duration took) {
    return " answered %d, rejected %d, ended %d, waiting %d, closed in %d ms, wrong: %s"
        .formatted(
            answered.get(), rejected.get(), ended.get(), waiting.get(), took.toMillis(), wrong);
  }
}
