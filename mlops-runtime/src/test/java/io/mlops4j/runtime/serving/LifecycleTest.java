package io.mlops4j.runtime.serving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.error.DeadlineException;
import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.fixture.Sized;
import io.mlops4j.fixture.TestSize;
import io.mlops4j.inference.CallOptions;
import io.mlops4j.inference.Model;
import io.mlops4j.inference.Prediction;
import io.mlops4j.model.Digest;
import io.mlops4j.model.ModelVersion;
import io.mlops4j.registry.AliasRecord;
import io.mlops4j.registry.Change;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.arrow.vector.Float4Vector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.complex.FixedSizeListVector;
import org.apache.arrow.vector.util.TransferPair;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Closing, deadlines, cancelling, and what stays valid for how long. */
@Sized
@SuppressWarnings("try") // closing early is what these tests are about
class LifecycleTest {
  private final ServingFixture fixture = new ServingFixture();

  @AfterEach
  void nothingIsForgotten() {
    fixture.close();
  }

  private FeatureBatch rows() {
    return FeatureBatch.builder(fixture.allocator())
        .floats("a", ServingFixture.column(0))
        .floats("b", ServingFixture.column(1))
        .floats("c", ServingFixture.column(2))
        .floats("d", ServingFixture.column(3))
        .build();
  }

  private FeatureBatch x(float... values) {
    return FeatureBatch.builder(fixture.allocator()).floats("x", values).build();
  }

  private ServingModel mlp() {
    return fixture.load("mlp4.onnx", ServingFixture.ABCD);
  }

  @Test
  void closedModelRefusesAndClosingTwiceDoesNothing() {
    ServingModel model = mlp();
    try (FeatureBatch batch = rows()) {
      model.close();
      model.close();
      assertThatThrownBy(() -> model.predict(batch))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("closed");
      assertThat(model.predictAsync(batch, CallOptions.withDefaults(), Prediction::rows))
          .isCompletedExceptionally();
      assertThat(model.acquire()).isFalse();
    }
  }

  @Test
  void closedBatchIsRefused() {
    try (Model model = mlp()) {
      FeatureBatch batch = rows();
      batch.close();
      assertThatThrownBy(() -> model.predict(batch)).isInstanceOf(IllegalStateException.class);
    }
  }

  @Test
  void openPredictionOutlivesItsModelAndItsRuntime() {
    ServingFixture other = new ServingFixture();
    Prediction prediction;
    try (ServingModel model = other.load("mlp4.onnx", ServingFixture.ABCD);
        FeatureBatch batch = rows()) {
      prediction = model.predict(batch);
    }
    assertThat(prediction.floats("y")).containsExactly(ServingFixture.flat(ServingFixture.Y));
    List<String> forgotten = other.loader.closeAndReport();
    assertThat(forgotten).hasSize(1).first().asString().contains("open predictions hold");
    assertThat(prediction.floats("y")).containsExactly(ServingFixture.flat(ServingFixture.Y));
    prediction.close();
    assertThat(other.loader.hostBytes()).isZero();
  }

  @Test
  void closedPredictionRefusesAndItsViewsNeverShowOtherAnswers() {
    try (Model model = mlp();
        FeatureBatch batch = rows()) {
      Prediction prediction = model.predict(batch);
      FixedSizeListVector view = (FixedSizeListVector) prediction.vector("y");
      Float4Vector values = (Float4Vector) view.getDataVector();
      FeatureBatch outputs = prediction.outputs();
      assertThat(values.get(0)).isEqualTo(7.75f);
      prediction.close();
      prediction.close();
      try (Prediction next = model.predict(batch)) {
        assertThatThrownBy(() -> values.get(0)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> prediction.floats("y")).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> prediction.vector("y")).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> prediction.outputs()).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(outputs::rows).isInstanceOf(IllegalStateException.class);
        assertThat(prediction.servedBy()).isSameAs(next.servedBy());
        assertThat(prediction.id(4).row()).isEqualTo(4);
      }
    }
  }

  /** Closes as many predictions in a row as the model keeps memory for, so that threads collide. */
  @Test
  void closedByTwoThreadsAtOnceGivesItsMemoryBackOnce() throws Exception {
    try (Model model = mlp();
        FeatureBatch batch = rows();
        FeatureBatch zeros =
            FeatureBatch.builder(fixture.allocator())
                .floats("a", 0)
                .floats("b", 0)
                .floats("c", 0)
                .floats("d", 0)
                .build()) {
      for (int round = 0; round < TestSize.of(40, 150); round++) {
        List<Prediction> predictions = new ArrayList<>();
        List<TransferPair> views = new ArrayList<>();
        for (int i = 0; i < 16; i++) {
          predictions.add(model.predict(batch));
          views.add(predictions.get(i).vector("y").getTransferPair(fixture.allocator()));
          views.get(i).transfer();
        }
        closeAtOnce(predictions);
        // Memory that was given back twice would get the next answer while a view still shows it.
        List<Prediction> others = new ArrayList<>();
        predictions.forEach(closed -> others.add(model.predict(zeros)));
        for (TransferPair view : views) {
          try (FixedSizeListVector kept = (FixedSizeListVector) view.getTo()) {
            assertThat(((Float4Vector) kept.getDataVector()).get(0)).isEqualTo(7.75f);
          }
        }
        others.forEach(Prediction::close);
      }
    }
  }

  @SuppressWarnings("ThreadPriorityCheck") // a yield costs speed at most, never the result
  private static void closeAtOnce(List<Prediction> predictions) throws InterruptedException {
    AtomicInteger ready = new AtomicInteger();
    Runnable close =
        () -> {
          ready.incrementAndGet();
          while (ready.get() < 2) {
            Thread.yield(); // where processors are few, the other thread needs this one
          }
          predictions.forEach(Prediction::close);
        };
    Thread other = new Thread(close);
    other.start();
    close.run();
    other.join();
  }

  @Test
  void viewTransferredAwayKeepsItsMemory() {
    try (Model model = mlp();
        FeatureBatch batch = rows()) {
      Prediction prediction = model.predict(batch);
      FixedSizeListVector view = (FixedSizeListVector) prediction.vector("y");
      var pair = view.getTransferPair(fixture.allocator());
      pair.transfer();
      prediction.close();
      try (FixedSizeListVector kept = (FixedSizeListVector) pair.getTo();
          FeatureBatch zeros =
              FeatureBatch.builder(fixture.allocator())
                  .floats("a", 0)
                  .floats("b", 0)
                  .floats("c", 0)
                  .floats("d", 0)
                  .build();
          Prediction other = model.predict(zeros)) {
        assertThat(other.floats("y")).containsExactly(ServingFixture.Y[1]);
        assertThat(((Float4Vector) kept.getDataVector()).get(0)).isEqualTo(7.75f);
      }
    }
  }

  @Test
  void manyOpenPredictionsEachKeepTheirOwnAnswer() {
    try (Model model = fixture.load("dynamic.onnx")) {
      List<Prediction> open = new ArrayList<>();
      for (int i = 1; i <= 100; i++) {
        try (FeatureBatch batch = x(i)) {
          open.add(model.predict(batch));
        }
      }
      for (int i = 1; i <= 100; i++) {
        assertThat(open.get(i - 1).floats("kept")).containsExactly(i);
      }
      open.forEach(Prediction::close);
    }
  }

  @Test
  void closingWhileOthersPredictNeverBreaksACall() throws Exception {
    for (int round = 0; round < 60; round++) {
      ServingModel model = mlp();
      CyclicBarrier together = new CyclicBarrier(4);
      List<Thread> callers = new ArrayList<>();
      AtomicReference<Throwable> wrong = new AtomicReference<>();
      for (int i = 0; i < 3; i++) {
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
    float[] expected = ServingFixture.flat(ServingFixture.Y);
    try (FeatureBatch batch = rows()) {
      together.await();
      while (true) {
        try (Prediction prediction = model.predict(batch)) {
          assertThat(prediction.floats("y")).containsExactly(expected);
        } catch (IllegalStateException closed) {
          return;
        }
      }
    } catch (Throwable e) {
      wrong.set(e);
    }
  }

  @Test
  void batchMayBeClosedWhileItsCallRuns() throws Exception {
    try (Model model = fixture.load("endless.onnx")) {
      FeatureBatch batch = x(1, 2, 3);
      CompletableFuture<Integer> running =
          model.predictAsync(
              batch,
              CallOptions.withDefaults().withDeadline(Duration.ofMillis(200)),
              Prediction::rows);
      batch.close();
      assertThatThrownBy(running::get).hasCauseInstanceOf(DeadlineException.class);
    }
  }

  @Test
  void closingWaitsForAnAcceptedCall() throws Exception {
    ServingModel model = mlp();
    CountDownLatch reading = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    try (FeatureBatch batch = rows()) {
      CompletableFuture<float[]> answer =
          model.predictAsync(
              batch,
              CallOptions.withDefaults(),
              prediction -> {
                reading.countDown();
                await(goOn);
                return prediction.floats("y");
              });
      reading.await();
      CompletableFuture<Void> closing = CompletableFuture.runAsync(model::close);
      awaitClosing(model);
      assertThat(closing).isNotDone();
      goOn.countDown();
      closing.get();
      assertThat(answer.get()).containsExactly(ServingFixture.flat(ServingFixture.Y));
    }
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void whoHoldsAModelNeverSeesItClosed() throws Exception {
    ServingModel model = mlp();
    assertThat(model.acquire()).isTrue();
    CompletableFuture<Void> closing = CompletableFuture.runAsync(model::close);
    awaitClosing(model);
    try (FeatureBatch batch = rows();
        Prediction prediction = model.predictHeld(batch, CallOptions.withDefaults())) {
      assertThat(prediction.rows()).isEqualTo(5);
      assertThatThrownBy(() -> model.predict(batch)).isInstanceOf(IllegalStateException.class);
    }
    assertThat(closing).isNotDone();
    model.release();
    closing.get();
  }

  private static void awaitClosing(ServingModel model) {
    while (model.acquire()) {
      model.release();
      Thread.onSpinWait();
    }
  }

  @Test
  void callThatWasCancelledHoldsItsModelUntilItsRunHasEnded() throws Exception {
    ServingModel model = mlp();
    CountDownLatch reading = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    AtomicInteger ended = new AtomicInteger();
    try (FeatureBatch batch = rows()) {
      assertThat(model.acquire()).isTrue();
      CompletableFuture<Integer> call =
          model.predictHeldAsync(
              batch,
              CallOptions.withDefaults(),
              prediction -> {
                reading.countDown();
                await(goOn);
                return prediction.rows();
              },
              ended::incrementAndGet);
      reading.await();
      assertThat(call.cancel(true)).isTrue();
      CompletableFuture<Void> closing = CompletableFuture.runAsync(model::close);
      awaitClosing(model);
      assertThat(ended).hasValue(0);
      assertThat(closing).isNotDone();
      goOn.countDown();
      closing.get();
      assertThat(ended).hasValue(1);
    }
  }

  @Test
  void heldCallThatFailsEndsItsCount() throws Exception {
    ServingModel model = mlp();
    FeatureBatch closed = rows();
    closed.close();
    assertThat(model.acquire()).isTrue();
    assertThat(
            model.predictHeldAsync(closed, CallOptions.withDefaults(), Prediction::rows, () -> {}))
        .isCompletedExceptionally();
    try (FeatureBatch wrong = x(1)) {
      assertThat(model.acquire()).isTrue();
      CompletableFuture<Integer> call =
          model.predictHeldAsync(wrong, CallOptions.withDefaults(), Prediction::rows, () -> {});
      assertThatThrownBy(call::get).isInstanceOf(ExecutionException.class);
    }
    model.close(); // waits for each call that was not ended
  }

  @Test
  void anotherIdentitySharesTheModelAndClosesByItself() {
    ServingModel first = mlp();
    ModelVersion version = new ModelVersion("mlp4", 1, Digest.sha256(new byte[] {1}));
    AliasRecord alias =
        new AliasRecord(
            "mlp4",
            "champion",
            2,
            null,
            version,
            Change.by("ana").because("test"),
            Instant.EPOCH,
            Digest.sha256(new byte[] {2}));
    ServingModel second = first.withAlias(alias);
    first.close();
    try (FeatureBatch batch = rows();
        Prediction prediction = second.predict(batch)) {
      assertThat(prediction.servedBy().alias()).contains(alias);
      assertThat(prediction.floats("y")).startsWith(ServingFixture.Y[0]);
    }
    second.close();
    assertThatThrownBy(() -> second.withAlias(alias)).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void deadlineEndsACallAndTheSlotServesTheNext() {
    CallOptions soon = CallOptions.withDefaults().withDeadline(Duration.ofMillis(50));
    try (Model endless = fixture.load("endless.onnx");
        FeatureBatch batch = x(1)) {
      for (int i = 0; i < 3; i++) {
        assertThatThrownBy(() -> endless.predict(batch, soon))
            .isInstanceOf(DeadlineException.class)
            .hasMessageContaining("50 ms");
      }
    }
  }

  @Test
  void deadlinesThatPassAroundTheEndOfACallNeverReachTheNextOne() {
    float[] expected = ServingFixture.flat(ServingFixture.Y);
    int late = 0;
    try (Model model = mlp();
        FeatureBatch batch = rows()) {
      for (int i = 0; i < 3000; i++) {
        Duration deadline = Duration.ofNanos(1 + (i % 300) * 500L);
        try (Prediction prediction =
            model.predict(batch, CallOptions.withDefaults().withDeadline(deadline))) {
          assertThat(prediction.floats("y")).containsExactly(expected);
        } catch (DeadlineException e) {
          late++;
        }
        try (Prediction prediction = model.predict(batch)) {
          assertThat(prediction.floats("y")).containsExactly(expected);
        }
      }
    }
    assertThat(late).isPositive();
  }

  @Test
  void cancelledFutureEndsItsRun() throws Exception {
    try (Model endless = fixture.load("endless.onnx");
        FeatureBatch batch = x(1)) {
      CompletableFuture<Integer> running =
          endless.predictAsync(batch, CallOptions.withDefaults(), Prediction::rows);
      CompletableFuture<Integer> queued =
          endless.predictAsync(batch, CallOptions.withDefaults(), Prediction::rows);
      assertThat(queued.cancel(true)).isTrue();
      assertThat(running.cancel(true)).isTrue();
      assertThatThrownBy(running::get).isInstanceOf(CancellationException.class);
    } // closing would wait for ever if the run still went on
  }

  /** Only a cancelled call that goes on would show by a crash: so the call waits for its turn. */
  @Test
  void borrowedRowsMayBeFreedBeforeAnAsynchronousCallReadsThem() throws Exception {
    CountDownLatch busy = new CountDownLatch(1);
    try (Model model = mlp();
        FeatureBatch others = rows()) {
      List<CompletableFuture<Void>> first = new ArrayList<>();
      for (int i = 0; i < 2; i++) { // as many threads as the runtime has
        first.add(
            model.predictAsync(
                others,
                CallOptions.withDefaults(),
                answer -> {
                  await(busy);
                  return null;
                }));
      }
      CompletableFuture<float[]> later;
      try (FeatureBatch owned = rows();
          VectorSchemaRoot root = owned.root().slice(0);
          FeatureBatch borrowed = FeatureBatch.of(root)) {
        later =
            model.predictAsync(borrowed, CallOptions.withDefaults(), answer -> answer.floats("y"));
      }
      busy.countDown();
      assertThat(later.get()).containsExactly(ServingFixture.flat(ServingFixture.Y));
      for (CompletableFuture<Void> each : first) {
        each.get();
      }
    }
  }

  @Test
  void whatReadThrowsCompletesTheFuture() {
    try (Model model = mlp();
        FeatureBatch batch = rows()) {
      CompletableFuture<Object> future =
          model.predictAsync(
              batch,
              CallOptions.withDefaults(),
              prediction -> {
                throw new IllegalArgumentException("mine");
              });
      assertThatThrownBy(future::get)
          .isInstanceOf(ExecutionException.class)
          .hasRootCauseMessage("mine");
    }
  }

  @Test
  void runtimeClosesWhatWasForgottenAndSaysSo() {
    ServingFixture other = new ServingFixture();
    ServingModel model = other.load("mlp4.onnx", ServingFixture.ABCD);
    assertThat(other.loader.closeAndReport())
        .singleElement()
        .asString()
        .contains("mlp4.onnx")
        .contains("was not closed; it was opened at ")
        .contains("LifecycleTest.");
    model.close();
    assertThatThrownBy(() -> other.load("mlp4.onnx")).isInstanceOf(IllegalStateException.class);
    other.close();
  }

  /** The first prediction of a runtime is one of those that are watched. */
  @Test
  void predictionThatWasDroppedIsReportedWithThePlaceThatMadeIt() {
    ServingFixture other = new ServingFixture();
    try (ServingModel model = other.load("mlp4.onnx", ServingFixture.ABCD);
        FeatureBatch batch = rows()) {
      askAndDrop(model, batch);
      model.predict(batch).close();
      for (int i = 0; i < 1_000 && other.loader.context().leaks().count() == 0; i++) {
        System.gc();
      }
      assertThat(other.loader.context().leaks().count()).isOne();
    }
    assertThat(other.loader.closeAndReport())
        .anySatisfy(
            report ->
                assertThat(report)
                    .contains("dropped without close(), one of which was made at")
                    .contains("LifecycleTest.askAndDrop(LifecycleTest.java:"));
  }

  private static void askAndDrop(ServingModel model, FeatureBatch batch) {
    Prediction unused = model.predict(batch);
  }
}
