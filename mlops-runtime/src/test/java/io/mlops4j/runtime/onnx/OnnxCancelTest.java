package io.mlops4j.runtime.onnx;

import static io.mlops4j.runtime.onnx.OnnxFixture.feed;
import static io.mlops4j.runtime.onnx.OnnxFixture.floats;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.error.InferenceException;
import io.mlops4j.fixture.DependsOnJava;
import io.mlops4j.spi.EngineModel;
import io.mlops4j.spi.EngineSlot;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

@DependsOnJava
class OnnxCancelTest {

  private final OnnxFixture onnx = new OnnxFixture();

  @AfterEach
  void everyByteIsFreed() {
    onnx.close();
    assertThat(onnx.memory.bytes()).isZero();
  }

  @Test
  void cancelEndsARunThatWouldNeverEnd() throws Exception {
    try (EngineModel model = onnx.load("endless");
        EngineSlot slot = model.slot()) {
      for (int i = 0; i < 3; i++) {
        feed(slot, 0, floats(1, 2), 2);
        CompletableFuture<Void> run = CompletableFuture.runAsync(slot::run);
        assertThatThrownBy(() -> run.get(50, TimeUnit.MILLISECONDS))
            .isInstanceOf(TimeoutException.class);
        slot.cancel();
        assertThatThrownBy(() -> run.get(20, TimeUnit.SECONDS))
            .isInstanceOf(ExecutionException.class)
            .hasCauseInstanceOf(InferenceException.class)
            .hasMessageContaining("cancelled");
        slot.recycle();
      }
    }
  }

  @Test
  void cancelBeforeTheRunEndsItToo() {
    try (EngineModel model = onnx.load("endless");
        EngineSlot slot = model.slot()) {
      feed(slot, 0, floats(1, 2), 2);
      slot.cancel();
      assertThatThrownBy(slot::run).isInstanceOf(InferenceException.class);
      slot.recycle();
    }
  }

  @Test
  void lateCancelDoesNotPoisonTheNextCall() {
    try (EngineModel model = onnx.load("mlp4");
        EngineSlot slot = model.slot()) {
      for (int i = 0; i < 50; i++) {
        feed(slot, 0, floats(1, 2, 3, 4), 1, 4);
        slot.run();
        slot.cancel();
        assertThat(floats(slot.output(0))).containsExactly(7.75f, 4.25f);
        slot.recycle();
      }
    }
  }

  @Test
  void racingCancelsOnlyEndTheCallTheyWereMeantFor() throws Exception {
    try (EngineModel model = onnx.load("mlp4");
        EngineSlot slot = model.slot()) {
      CyclicBarrier start = new CyclicBarrier(2);
      CyclicBarrier end = new CyclicBarrier(2);
      int rounds = 500;
      CompletableFuture<Void> canceller =
          CompletableFuture.runAsync(
              () -> {
                for (int i = 0; i < rounds; i++) {
                  await(start);
                  slot.cancel();
                  await(end);
                }
              });
      int cancelled = 0;
      for (int i = 0; i < rounds; i++) {
        feed(slot, 0, floats(1, 2, 3, 4), 1, 4);
        start.await();
        cancelled += answersOrIsCancelled(slot) ? 0 : 1;
        end.await();
        slot.recycle();
        feed(slot, 0, floats(1, 2, 3, 4), 1, 4);
        slot.run();
        assertThat(floats(slot.output(0))).as("round " + i).containsExactly(7.75f, 4.25f);
        slot.recycle();
      }
      canceller.get();
      assertThat(cancelled).isBetween(0, rounds);
    }
  }

  private static boolean answersOrIsCancelled(EngineSlot slot) {
    try {
      slot.run();
    } catch (InferenceException e) {
      assertThat(e).hasMessageContaining("cancelled");
      return false;
    }
    assertThat(floats(slot.output(0))).containsExactly(7.75f, 4.25f);
    return true;
  }

  private static void await(CyclicBarrier barrier) {
    try {
      barrier.await();
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void closingUnderARunWaitsForIt() throws Exception {
    EngineModel model = onnx.load("endless");
    EngineSlot slot = model.slot();
    feed(slot, 0, floats(1, 2), 2);
    CompletableFuture<Thread> runner = new CompletableFuture<>();
    CompletableFuture<Void> run =
        CompletableFuture.runAsync(
            () -> {
              runner.complete(Thread.currentThread());
              slot.run();
            });
    while (!isInsideOnnxRuntime(runner.get())) {
      Thread.onSpinWait();
    }
    model.close();
    CompletableFuture<Void> close = CompletableFuture.runAsync(slot::close);
    assertThatThrownBy(() -> close.get(50, TimeUnit.MILLISECONDS))
        .isInstanceOf(TimeoutException.class);
    slot.cancel();
    close.get(20, TimeUnit.SECONDS);
    assertThatThrownBy(run::get).hasCauseInstanceOf(InferenceException.class);
  }

  /** JNI's method is native; through java.lang.foreign, the stack shows who called the function. */
  private static boolean isInsideOnnxRuntime(Thread thread) {
    StackTraceElement[] stack = thread.getStackTrace();
    return Arrays.stream(stack)
        .anyMatch(
            frame ->
                frame.getMethodName().startsWith("run")
                    && (frame.isNativeMethod() || frame.getClassName().endsWith(".OrtApi")));
  }
}
