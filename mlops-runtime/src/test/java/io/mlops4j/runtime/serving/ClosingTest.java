package io.mlops4j.runtime.serving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.inference.CallOptions;
import io.mlops4j.inference.Closing;
import io.mlops4j.inference.InferenceListener;
import io.mlops4j.inference.LoadOptions;
import io.mlops4j.inference.MicroBatching;
import io.mlops4j.inference.Model;
import io.mlops4j.inference.Prediction;
import io.mlops4j.inference.RowModel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What closing does about calls that run. */
@SuppressWarnings("try") // closing early is what these tests are about
class ClosingTest {
  private static final Closing SOON = Closing.endsCallsAfter(Duration.ofMillis(20));

  private final ServingFixture fixture = new ServingFixture();

  record X(float x) {}

  record Looped(float y) {}

  @AfterEach
  void nothingIsForgotten() {
    fixture.close();
  }

  private FeatureBatch x(float... values) {
    return FeatureBatch.builder(fixture.allocator()).floats("x", values).build();
  }

  private static LoadOptions with(Closing closing) {
    return LoadOptions.builder().closing(closing).build();
  }

  /** A call that is being read until the latch is opened. */
  private static CompletableFuture<Integer> reading(
      Model model, FeatureBatch batch, CountDownLatch goOn) throws InterruptedException {
    CountDownLatch reads = new CountDownLatch(1);
    CompletableFuture<Integer> call =
        model.predictAsync(
            batch,
            CallOptions.withDefaults(),
            answer -> {
              reads.countDown();
              await(goOn);
              return answer.rows();
            });
    reads.await();
    return call;
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void refusesWhileACallRunsAndAnswersGoOn() throws Exception {
    CountDownLatch goOn = new CountDownLatch(1);
    try (ServingModel model = fixture.load("dynamic.onnx", with(Closing.refuses()));
        FeatureBatch batch = x(1, 2)) {
      CompletableFuture<Integer> call = reading(model, batch, goOn);
      assertThatThrownBy(model::close)
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("dynamic.onnx: found 1 running call, expected none");
      assertThatThrownBy(fixture.loader::closeAndReport)
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("found 1 running call");
      try (Prediction other = model.predict(batch)) {
        assertThat(other.rows()).isEqualTo(2);
      }
      goOn.countDown();
      assertThat(call.get()).isEqualTo(2);
      model.close();
      assertThatThrownBy(() -> model.predict(batch)).hasMessageContaining("is closed");
    }
  }

  @Test
  void refusesWhileADeploymentHoldsTheModel() {
    try (ServingModel model = fixture.load("dynamic.onnx", with(Closing.refuses()))) {
      assertThat(model.acquire()).isTrue();
      assertThatThrownBy(model::close).isInstanceOf(IllegalStateException.class);
      model.release();
    }
  }

  @Test
  void callsThatGoOnAreEndedAfterTheChosenTime() throws Exception {
    ServingModel endless = fixture.load("endless.onnx", with(SOON));
    List<CompletableFuture<Integer>> calls = new ArrayList<>();
    try (FeatureBatch batch = x(1)) {
      for (int i = 0; i < 5; i++) { // more than there are threads: some have not begun
        calls.add(endless.predictAsync(batch, CallOptions.withDefaults(), Prediction::rows));
      }
      AtomicReference<Throwable> sync = new AtomicReference<>();
      CountDownLatch begins = new CountDownLatch(1);
      Thread caller =
          new Thread(
              () -> {
                assertThat(endless.acquire()).isTrue();
                begins.countDown();
                try (FeatureBatch own = x(2);
                    Prediction unexpected = endless.predictHeld(own, CallOptions.withDefaults())) {
                  sync.set(new AssertionError(unexpected));
                } catch (RuntimeException e) {
                  sync.set(e);
                } finally {
                  endless.release();
                }
              });
      caller.start();
      begins.await();
      endless.close();
      caller.join();
      assertThat(sync.get())
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("endless.onnx was closed, and the call went on for longer than");
    }
    for (CompletableFuture<Integer> call : calls) {
      assertThatThrownBy(call::get)
          .isInstanceOf(ExecutionException.class)
          .hasCauseInstanceOf(IllegalStateException.class)
          .hasMessageContaining("20 ms");
    }
  }

  @Test
  void onlyTheCallsOfTheClosedModelAreEnded() {
    try (Model other = fixture.load("endless.onnx");
        FeatureBatch batch = x(1)) {
      Model closed = fixture.load("endless.onnx", with(SOON));
      CompletableFuture<Integer> others =
          other.predictAsync(batch, CallOptions.withDefaults(), Prediction::rows);
      CompletableFuture<Integer> its =
          closed.predictAsync(batch, CallOptions.withDefaults(), Prediction::rows);
      try {
        closed.close();
        assertThatThrownBy(its::get).hasCauseInstanceOf(IllegalStateException.class);
        assertThat(others).isNotDone();
      } finally {
        others.cancel(true); // or closing its model would wait for ever
      }
    }
  }

  @Test
  void runtimeEndsCallsToo() {
    ServingFixture own = new ServingFixture();
    Model first = own.load("endless.onnx", with(SOON));
    Model second = own.load("endless.onnx", with(Closing.endsCallsAfter(Duration.ZERO)));
    FeatureBatch batch = FeatureBatch.builder(own.allocator()).floats("x", 1).build();
    CompletableFuture<Integer> one =
        first.predictAsync(batch, CallOptions.withDefaults(), Prediction::rows);
    CompletableFuture<Integer> two =
        second.predictAsync(batch, CallOptions.withDefaults(), Prediction::rows);
    batch.close();
    assertThat(own.loader.closeAndReport()).hasSize(2).allMatch(s -> s.contains("was not closed"));
    assertThat(one).isCompletedExceptionally();
    assertThat(two).isCompletedExceptionally();
    assertThat(own.loader.hostBytes()).isZero();
  }

  /** An hour, of which two have passed. */
  @Test
  void theTimeCountsFromWhenTheWholeBeganToClose() {
    ServingModel endless =
        fixture.load("endless.onnx", with(Closing.endsCallsAfter(Duration.ofHours(1))));
    CompletableFuture<Integer> call;
    try (FeatureBatch batch = x(1)) {
      call = endless.predictAsync(batch, CallOptions.withDefaults(), Prediction::rows);
    }
    endless.drainSince(System.nanoTime() - Duration.ofHours(2).toNanos());
    assertThat(call)
        .failsWithin(Duration.ofSeconds(60))
        .withThrowableOfType(ExecutionException.class)
        .withMessageContaining("went on for longer than 1 h");
  }

  @Test
  void recordsThatWaitAreEndedAsThoseThatRun() throws Exception {
    ServingModel endless =
        fixture.load(
            "endless.onnx",
            with(SOON).toBuilder().microBatching(MicroBatching.upTo(4).withoutMeasuring()).build());
    RowModel<X, Looped> rows = endless.rowsHeld(null, X.class, Looped.class);
    List<Thread> callers = new ArrayList<>();
    CountDownLatch began = new CountDownLatch(6);
    List<Throwable> thrown = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      Thread caller =
          new Thread(
              () -> {
                assertThat(endless.acquire()).isTrue();
                began.countDown();
                try {
                  Looped unused = rows.predict(new X(1));
                } catch (RuntimeException e) {
                  synchronized (thrown) {
                    thrown.add(e);
                  }
                } finally {
                  endless.release();
                }
              });
      caller.start();
      callers.add(caller);
    }
    began.await();
    endless.close();
    for (Thread caller : callers) {
      caller.join();
    }
    assertThat(thrown).hasSize(6).allMatch(e -> e instanceof IllegalStateException);
  }

  @Test
  void callsAroundTheEndOfPatienceEndWell() throws Exception {
    for (int round = 0; round < 60; round++) {
      Model model =
          fixture.load(
              "dynamic.onnx", with(Closing.endsCallsAfter(Duration.ofNanos(round * 1000L))));
      CyclicBarrier together = new CyclicBarrier(3);
      AtomicReference<Throwable> wrong = new AtomicReference<>();
      List<Thread> callers = new ArrayList<>();
      for (int i = 0; i < 2; i++) {
        Thread caller = new Thread(() -> predictUntilClosed(model, together, wrong));
        caller.start();
        callers.add(caller);
      }
      together.await();
      for (int spin = 0; spin < round * 50; spin++) {
        Thread.onSpinWait();
      }
      model.close();
      for (Thread caller : callers) {
        caller.join();
      }
      assertThat(wrong.get()).isNull();
    }
  }

  private void predictUntilClosed(
      Model model, CyclicBarrier together, AtomicReference<Throwable> wrong) {
    try (FeatureBatch batch = x(7)) {
      together.await();
      while (true) {
        try (Prediction prediction = model.predict(batch)) {
          assertThat(prediction.floats("kept")).containsExactly(7);
        } catch (IllegalStateException closed) {
          return;
        }
      }
    } catch (Throwable e) {
      wrong.set(e);
    }
  }

  /** Closing that would refuse anyway gives another reason if it does not see the call. */
  @Test
  void listenerThatClosesItsModelIsRefused() {
    AtomicReference<Model> model = new AtomicReference<>();
    List<Throwable> refused = new ArrayList<>();
    LoadOptions options =
        with(Closing.refuses()).toBuilder()
            .listener(
                event -> {
                  refused.add(catchThrowable(model.get()::close));
                  refused.add(catchThrowable(fixture.loader::closeAndReport));
                })
            .build();
    try (ServingModel loaded = fixture.load("dynamic.onnx", options);
        FeatureBatch batch = x(1)) {
      model.set(loaded);
      loaded.predict(batch).close();
      loaded.predict(batch).close(); // it is still open
    }
    assertThat(refused).hasSize(4).allSatisfy(ClosingTest::isFromInside);
  }

  private void ask(Model model) {
    try (FeatureBatch batch = x(1)) {
      model.predict(batch).close();
    }
  }

  private static void isFromInside(Throwable refused) {
    assertThat(refused)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("from inside");
  }

  /** The listener of each model calls the next one. */
  @Test
  void listenerOfACallWithinCallsCanCloseNoneOfTheirModels() {
    List<Model> models = new ArrayList<>();
    List<Throwable> refused = new ArrayList<>();
    List<Throwable> after = new ArrayList<>();
    InferenceListener closes =
        event -> models.forEach(model -> refused.add(catchThrowable(model::close)));
    InferenceListener second = event -> ask(models.get(2));
    InferenceListener first =
        event -> {
          ask(models.get(1));
          after.add(catchThrowable(models.get(1)::close)); // its call has ended
          after.add(catchThrowable(models.get(0)::close));
        };
    for (InferenceListener listener : List.of(first, second, closes)) {
      LoadOptions options = with(Closing.refuses()).toBuilder().listener(listener).build();
      models.add(fixture.load("dynamic.onnx", options));
    }
    ask(models.get(0));
    models.forEach(Model::close);
    assertThat(refused).hasSize(3).allSatisfy(ClosingTest::isFromInside);
    assertThat(after).hasSize(2).first().isNull();
    isFromInside(after.get(1));
  }

  @Test
  void readerThatClosesItsModelIsRefusedAndMayCloseAnother() throws Exception {
    try (ServingModel model = fixture.load("dynamic.onnx");
        ServingModel other = fixture.load("mlp4.onnx", ServingFixture.ABCD);
        FeatureBatch batch = x(1)) {
      CompletableFuture<Boolean> call =
          model.predictAsync(
              batch,
              CallOptions.withDefaults(),
              answer -> {
                other.close();
                assertThatThrownBy(model::close).isInstanceOf(IllegalStateException.class);
                return other.acquire();
              });
      assertThat(call.get()).isFalse();
    }
  }

  @Test
  void dependentOfACallMayCloseItsModel() throws Exception {
    ServingModel model = fixture.load("dynamic.onnx");
    try (FeatureBatch batch = x(1)) {
      model
          .predictAsync(batch, CallOptions.withDefaults(), Prediction::rows)
          .thenRun(model::close)
          .get();
    }
    assertThat(model.acquire()).isFalse();
  }

  /** Both threads of the runtime would wait for calls that only they could answer. */
  @Test
  void dependentThatWouldKeepOthersFromEndingIsRefused() throws Exception {
    CountDownLatch goOn = new CountDownLatch(1);
    try (ServingModel model = fixture.load("dynamic.onnx");
        FeatureBatch batch = x(1)) {
      CompletableFuture<Integer> first = reading(model, batch, goOn);
      CompletableFuture<Void> closes = first.thenRun(model::close);
      CompletableFuture<Integer> second = reading(model, batch, goOn);
      CompletableFuture<Void> closesToo = second.thenRun(model::close);
      assertThat(model.acquire()).isTrue(); // a call that has not ended
      goOn.countDown();
      assertThatThrownBy(closes::get).hasMessageContaining("cannot be closed by a worker");
      assertThatThrownBy(closesToo::get).hasCauseInstanceOf(IllegalStateException.class);
      model.release();
    }
  }

  @Test
  void timeIsNotNegative() {
    assertThatThrownBy(() -> Closing.endsCallsAfter(Duration.ofNanos(-1)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("patience: found PT-0.000000001S, expected zero or more");
  }

  @Test
  void whoeverClosesReturnsWhenItIsClosed() throws Exception {
    CountDownLatch goOn = new CountDownLatch(1);
    ServingModel model = fixture.load("dynamic.onnx");
    try (FeatureBatch batch = x(1)) {
      CompletableFuture<Integer> call = reading(model, batch, goOn);
      List<Runnable> closes = List.of(model::close, model::close, fixture.loader::close);
      List<CompletableFuture<Boolean>> ended = new ArrayList<>();
      for (Runnable close : closes) {
        CompletableFuture<Boolean> end = new CompletableFuture<>();
        ended.add(end);
        Thread thread =
            new Thread(
                () -> {
                  close.run();
                  end.complete(goOn.getCount() == 0);
                });
        thread.start();
        while (thread.getState() != Thread.State.WAITING && !end.isDone()) {
          Thread.onSpinWait();
        }
      }
      Thread last = new Thread(fixture.loader::close);
      last.start();
      while (last.getState() != Thread.State.WAITING && last.isAlive()) {
        Thread.onSpinWait();
      }
      assertThat(last.isAlive()).isTrue();
      goOn.countDown();
      assertThat(call.get()).isEqualTo(1);
      for (CompletableFuture<Boolean> end : ended) {
        assertThat(end.get()).isTrue();
      }
      last.join();
    }
  }
}
