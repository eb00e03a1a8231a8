package io.mlops4j.runtime.compatibility;

import static io.mlops4j.runtime.compatibility.EngineValuesCompatibility.affine;
import static io.mlops4j.runtime.compatibility.SlotCalls.feed;
import static io.mlops4j.runtime.compatibility.SlotCalls.feedText;
import static io.mlops4j.runtime.compatibility.SlotCalls.floats;
import static io.mlops4j.runtime.compatibility.SlotCalls.longs;
import static io.mlops4j.runtime.compatibility.SlotCalls.read;
import static io.mlops4j.runtime.compatibility.SlotCalls.readText;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.error.EngineUnavailableException;
import io.mlops4j.error.InferenceException;
import io.mlops4j.error.ModelLoadException;
import io.mlops4j.model.ModelFormat;
import io.mlops4j.spi.DeviceRequest;
import io.mlops4j.spi.EngineModel;
import io.mlops4j.spi.EngineProvider;
import io.mlops4j.spi.EngineSlot;
import io.mlops4j.spi.LoadRequest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.ServiceLoader;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/** Loading, closing in any order, many threads, cancelling, and bytes that are no model. */
public abstract class EngineLifecycleCompatibility extends EngineSuite {
  private static final long SEED = 20_260_102;

  @Test
  void providerIsFoundByServiceLoader() {
    List<String> names = new ArrayList<>();
    ServiceLoader.load(EngineProvider.class).forEach(provider -> names.add(provider.name()));
    assertThat(names).contains(tested.provider().name()).doesNotHaveDuplicates();
    assertThat(tested.provider().formats()).contains(tested.format());
    assertThat(tested.provider().missing()).isEmpty();
  }

  @Test
  void modelsLoadAndCloseAgainAndAgain() {
    for (int i = 0; i < 30; i++) {
      try (EngineModel model = load(Job.AFFINE);
          EngineSlot slot = model.slot()) {
        feed(slot, 0, floats(1, 2, 3, 4), 1, 4);
        slot.run();
        assertThat(floats(slot.output(0))).isEqualTo(affine(1, 2, 3, 4));
      }
      assertThat(memory.bytes()).isZero();
    }
  }

  @Test
  void bytesOfTheSourceAreNotReadAgain() {
    TestModel affine = tested.model(Job.AFFINE);
    PathSource source = PathSource.of(tested.format(), affine.path());
    try (EngineModel model = load(source, affine)) {
      source.wipe();
      try (EngineSlot slot = model.slot()) {
        feed(slot, 0, floats(1, 2, 3, 4), 1, 4);
        slot.run();
        assertThat(floats(slot.output(0))).isEqualTo(affine(1, 2, 3, 4));
      }
    }
  }

  @Test
  void memoryOfSlotsIsGivenBackWithThem() {
    try (EngineModel model = load(Job.AFFINE)) {
      long before = model.nativeBytes();
      for (int i = 0; i < 5; i++) {
        try (EngineSlot slot = model.slot()) {
          feed(slot, 0, new byte[16_000], 1000, 4);
          slot.run();
        }
        assertThat(memory.bytes()).isZero();
        assertThat(model.nativeBytes()).isEqualTo(before);
      }
    }
  }

  @Test
  void slotsOutliveTheCloseOfTheirModelAndEngine() {
    EngineModel model = load(Job.AFFINE);
    EngineSlot slot = model.slot();
    model.close();
    model.close();
    engine.close();
    engine.close();
    assertThatThrownBy(model::slot).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> load(Job.AFFINE)).isInstanceOf(IllegalStateException.class);
    feed(slot, 0, floats(1, 2, 3, 4), 1, 4);
    slot.run();
    assertThat(floats(slot.output(0))).isEqualTo(affine(1, 2, 3, 4));
    slot.close();
  }

  @Test
  void closedSlotsRefuseEveryCall() {
    try (EngineModel model = load(Job.AFFINE)) {
      EngineSlot slot = model.slot();
      feed(slot, 0, new byte[16], 1, 4);
      slot.run();
      slot.close();
      slot.close();
      slot.cancel();
      slot.recycle();
      assertThatThrownBy(slot::run).isInstanceOf(IllegalStateException.class);
      for (long rows : new long[] {1, 2}) {
        assertThatThrownBy(() -> slot.shape(0, new long[] {rows, 4}))
            .isInstanceOf(IllegalStateException.class);
      }
      assertThatThrownBy(() -> slot.address(0)).isInstanceOf(IllegalStateException.class);
      assertThatThrownBy(() -> slot.output(0)).isInstanceOf(IllegalStateException.class);
    }
  }

  @Test
  void slotsOfTextAreClosedWithTextInThem() {
    try (EngineModel model = load(Job.JOIN)) {
      for (boolean runs : new boolean[] {false, true}) {
        EngineSlot slot = model.slot();
        feedText(slot, 0, new String[] {"a".repeat(100), "b"}, 2);
        feedText(slot, 1, new String[] {"c", "d".repeat(100)}, 2);
        if (runs) {
          slot.run();
          assertThat(readText(slot.output(0)))
              .containsExactly("a".repeat(100) + "c", "b" + "d".repeat(100));
        }
        slot.close();
        assertThatThrownBy(() -> slot.strings(0, SlotCalls.text("a", "b")))
            .isInstanceOf(IllegalStateException.class);
      }
    }
  }

  @Test
  void manySlotsOfOneModelRunAtOnce() throws Exception {
    int callers = 8;
    ExecutorService threads = Executors.newFixedThreadPool(callers);
    try (EngineModel model = load(Job.AFFINE)) {
      CountDownLatch start = new CountDownLatch(callers);
      List<Future<?>> all = new ArrayList<>();
      for (int t = 0; t < callers; t++) {
        int caller = t;
        all.add(
            threads.submit(
                () -> {
                  start.countDown();
                  start.await();
                  callManyTimes(model, caller);
                  return null;
                }));
      }
      for (Future<?> one : all) {
        one.get();
      }
    } finally {
      threads.shutdown();
    }
  }

  private static void callManyTimes(EngineModel model, int caller) {
    try (EngineSlot slot = model.slot()) {
      for (int i = 0; i < 300; i++) {
        float[] x = new float[4 * (1 + (i + caller) % 7)];
        Arrays.fill(x, caller + i);
        feed(slot, 0, floats(x), x.length / 4, 4);
        slot.run();
        assertThat(floats(slot.output(0))).isEqualTo(affine(x));
        slot.recycle();
      }
    }
  }

  @Test
  void cancelEndsARunOrDoesNothing() throws Exception {
    try (EngineModel model = load(Job.SLOW);
        EngineSlot slot = model.slot()) {
      for (int i = 0; i < 2; i++) {
        feed(slot, 0, longs(tested.slow()), 1);
        CompletableFuture<Void> run = start(slot);
        slot.cancel();
        if (engine.cancels()) {
          assertThatThrownBy(() -> run.get(30, TimeUnit.SECONDS))
              .isInstanceOf(ExecutionException.class)
              .hasCauseInstanceOf(InferenceException.class)
              .hasMessageContaining("cancelled");
        } else {
          run.get(60, TimeUnit.SECONDS);
          assertThat(read(slot.output(0))).isEqualTo(longs(tested.slow()));
        }
        slot.recycle();
        feed(slot, 0, longs(2), 1);
        slot.run();
        assertThat(read(slot.output(0))).isEqualTo(longs(2));
        slot.recycle();
      }
    }
  }

  @Test
  void lateCancelDoesNotPoisonTheNextCall() {
    try (EngineModel model = load(Job.AFFINE);
        EngineSlot slot = model.slot()) {
      for (int i = 0; i < 50; i++) {
        feed(slot, 0, floats(1, 2, 3, i), 1, 4);
        slot.run();
        slot.cancel();
        assertThat(floats(slot.output(0))).isEqualTo(affine(1, 2, 3, i));
        slot.recycle();
      }
    }
  }

  @Test
  void closingUnderARunWaitsForIt() throws Exception {
    EngineModel model = load(Job.SLOW);
    EngineSlot slot = model.slot();
    feed(slot, 0, longs(tested.slow()), 1);
    CompletableFuture<Void> run = start(slot);
    model.close();
    CompletableFuture<Void> close = CompletableFuture.runAsync(slot::close);
    if (engine.cancels()) {
      assertThatThrownBy(() -> close.get(50, TimeUnit.MILLISECONDS))
          .isInstanceOf(TimeoutException.class);
      slot.cancel();
    }
    close.get(60, TimeUnit.SECONDS);
    run.handle((nothing, cancelled) -> true).get(10, TimeUnit.SECONDS);
    assertThatThrownBy(slot::run).isInstanceOf(IllegalStateException.class);
  }

  /** Starts a run in another thread, and waits until it is inside the engine. */
  private CompletableFuture<Void> start(EngineSlot slot) throws Exception {
    CompletableFuture<Thread> runner = new CompletableFuture<>();
    CompletableFuture<Void> run =
        CompletableFuture.runAsync(
            () -> {
              runner.complete(Thread.currentThread());
              slot.run();
            });
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    while (!run.isDone() && !isInside(runner.get(), slot)) {
      assertThat(System.nanoTime()).as("the run is inside the engine").isLessThan(end);
      Thread.onSpinWait();
    }
    return run;
  }

  /** For native code by the last frame of Java's, however the engine leaves it. */
  private boolean isInside(Thread thread, EngineSlot slot) {
    StackTraceElement[] stack = thread.getStackTrace();
    return stack.length > 0
        && (isNative(stack[0]) || !tested.isNative())
        && Arrays.stream(stack).anyMatch(at -> at.getClassName().equals(slot.getClass().getName()));
  }

  /** A call through java.lang.foreign shows the method that calls the native function. */
  private static boolean isNative(StackTraceElement last) {
    return last.isNativeMethod() || last.getClassName().endsWith(".foreign.Downcalls");
  }

  @Test
  void emptyCutAndRandomBytesAreRefused() {
    Random random = new Random(SEED);
    List<UnaryOperator<byte[]>> damages =
        List.of(
            bytes -> new byte[0],
            bytes -> Arrays.copyOf(bytes, 3 * bytes.length / 4),
            bytes -> {
              random.nextBytes(bytes);
              return bytes;
            });
    TestModel affine = tested.model(Job.AFFINE);
    for (UnaryOperator<byte[]> damage : damages) {
      PathSource source = PathSource.of(tested.format(), affine.path(), damage);
      assertThatThrownBy(() -> load(source, affine).close())
          .as("seed %d", SEED)
          .isInstanceOf(ModelLoadException.class)
          .hasMessageContaining(affine.path().getFileName().toString());
    }
  }

  @Test
  void otherFormatsAreRefused() {
    TestModel affine = tested.model(Job.AFFINE);
    PathSource other = PathSource.of(new ModelFormat("something-else"), affine.path());
    assertThatThrownBy(() -> load(other, affine))
        .isInstanceOf(ModelLoadException.class)
        .hasMessageContaining("something-else");
  }

  @Test
  void signaturesThatAreNotThereAreRefused() {
    TestModel affine = tested.model(Job.AFFINE);
    TestModel missing = new TestModel(affine.path(), "no such signature");
    assertThatThrownBy(() -> load(missing))
        .isInstanceOf(ModelLoadException.class)
        .hasMessageContaining("no such signature");
  }

  @Test
  void devicesThatAreNotThereAreNeverReplacedSilently() {
    TestModel affine = tested.model(Job.AFFINE);
    PathSource source = PathSource.of(tested.format(), affine.path());
    LoadRequest abacus = LoadRequest.on(DeviceRequest.of("abacus"));
    assertThatThrownBy(() -> engine.load(source, affine.request(abacus)))
        .isInstanceOf(EngineUnavailableException.class)
        .hasMessageContaining("abacus");
  }
}
