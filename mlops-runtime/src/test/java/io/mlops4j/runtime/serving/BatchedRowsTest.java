package io.mlops4j.runtime.serving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.error.DeadlineException;
import io.mlops4j.error.ModelInputException;
import io.mlops4j.inference.CallOptions;
import io.mlops4j.inference.InferenceEvent.Phase;
import io.mlops4j.inference.LoadOptions;
import io.mlops4j.inference.MicroBatching;
import io.mlops4j.inference.PredictionId;
import io.mlops4j.inference.RowModel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Records that pile up, through the real engine. */
@SuppressWarnings({"try", "ArrayRecordComponent"}) // closing early; several values a row
class BatchedRowsTest {
  private static final int CALLERS = 8;
  private static final MicroBatching TOGETHER = MicroBatching.upTo(16).withoutMeasuring();

  private final ServingFixture fixture = new ServingFixture();
  private final ExecutorService threads = Executors.newCachedThreadPool();

  @AfterEach
  void nothingIsForgotten() {
    threads.shutdownNow();
    fixture.close();
  }

  private record Abcd(@Nullable Float a, float b, float c, float d) {
    static Abcd of(float[] x) {
      return new Abcd(x[0], x[1], x[2], x[3]);
    }
  }

  private record Y(float[] y, PredictionId id) {}

  /** Each caller's rows, each with its own answer; asynchronous ones between them. */
  @Test
  void everybodyGetsTheAnswerToItsOwnRow() throws Exception {
    ConcurrentLinkedQueue<Integer> sizes = new ConcurrentLinkedQueue<>();
    ConcurrentLinkedQueue<Long> waits = new ConcurrentLinkedQueue<>();
    LoadOptions options =
        ServingFixture.ABCD.toBuilder()
            .microBatching(TOGETHER)
            .listener(
                event -> {
                  sizes.add(event.rows());
                  waits.add(event.nanos(Phase.QUEUE));
                })
            .build();
    Set<PredictionId> ids = ConcurrentHashMap.newKeySet();
    try (ServingModel model = fixture.load("mlp4.onnx", options)) {
      List<Future<Integer>> callers = new ArrayList<>();
      for (int i = 0; i < CALLERS; i++) {
        int seed = i;
        callers.add(threads.submit(() -> ask(model, seed, ids)));
      }
      int asked = 0;
      for (Future<Integer> caller : callers) {
        asked += caller.get();
      }
      assertThat(sizes.stream().mapToInt(Integer::intValue).sum()).isEqualTo(asked);
      assertThat(sizes).allSatisfy(size -> assertThat(size).isBetween(1, 16));
      assertThat(sizes.stream().anyMatch(size -> size > 1)).as("some were together").isTrue();
      assertThat(waits).allSatisfy(wait -> assertThat(wait).isNotNegative());
      assertThat(ids).as("each row has an id of its own").hasSize(asked);
    }
  }

  private static int ask(ServingModel model, int seed, Set<PredictionId> ids) throws Exception {
    RowModel<Abcd, Y> rows = model.rows(Abcd.class, Y.class);
    Random random = new Random(seed);
    int calls = 2_000;
    for (int i = 0; i < calls; i++) {
      int row = random.nextInt(ServingFixture.X.length);
      Abcd asked = Abcd.of(ServingFixture.X[row]);
      Y answer =
          random.nextInt(4) == 0
              ? rows.predictAsync(asked, CallOptions.withDefaults()).get()
              : rows.predict(asked);
      assertThat(answer.y()).isEqualTo(ServingFixture.Y[row]);
      ids.add(answer.id());
    }
    return calls;
  }

  @Test
  void rowThatIsRefusedFailsAlone() throws Exception {
    try (ServingModel model =
        fixture.load(
            "mlp4.onnx", ServingFixture.ABCD.toBuilder().microBatching(TOGETHER).build())) {
      RowModel<Abcd, Y> rows = model.rows(Abcd.class, Y.class);
      List<Future<Integer>> callers = new ArrayList<>();
      for (int i = 0; i < CALLERS; i++) {
        boolean bad = i % 4 == 0;
        callers.add(
            threads.submit(
                () -> {
                  for (int call = 0; call < 1_000; call++) {
                    if (bad) {
                      assertThatThrownBy(() -> rows.predict(new Abcd(null, 0, 0, 0)))
                          .isInstanceOf(ModelInputException.class)
                          .hasMessageContaining("a: found null");
                    } else {
                      assertThat(rows.predict(Abcd.of(ServingFixture.X[2])).y())
                          .isEqualTo(ServingFixture.Y[2]);
                    }
                  }
                  return 0;
                }));
      }
      for (Future<Integer> caller : callers) {
        assertThat(caller.get()).isZero();
      }
    }
  }

  /** The endless model keeps all processors; what waits behind it can still give up. */
  @Test
  void whatWaitsBehindARunThatNeverEndsCanGiveUp() throws Exception {
    CallOptions hurried = CallOptions.withDefaults().withDeadline(Duration.ofMillis(20));
    try (ServingModel endless =
            fixture.load("endless.onnx", LoadOptions.builder().microBatching(TOGETHER).build());
        ServingModel quick =
            fixture.load(
                "mlp4.onnx", ServingFixture.ABCD.toBuilder().microBatching(TOGETHER).build())) {
      RowModel<Single, SingleOut> endlessRows = endless.rows(Single.class, SingleOut.class);
      List<CompletableFuture<SingleOut>> running = new ArrayList<>();
      CallOptions patient = CallOptions.withDefaults().withDeadline(Duration.ofSeconds(2));
      for (int i = 0; i < 4; i++) {
        running.add(endlessRows.predictAsync(new Single(i), patient));
      }
      RowModel<Abcd, Y> rows = quick.rows(Abcd.class, Y.class);
      Abcd row = Abcd.of(ServingFixture.X[0]);
      CompletableFuture<Y> cancelled = rows.predictAsync(row, CallOptions.withDefaults());
      assertThat(cancelled.cancel(true)).isTrue();
      assertThatThrownBy(cancelled::join).isInstanceOf(CancellationException.class);
      assertThatThrownBy(() -> endlessRows.predict(new Single(9), hurried))
          .isInstanceOf(DeadlineException.class);
      for (CompletableFuture<SingleOut> each : running) {
        assertThatThrownBy(each::get).hasCauseInstanceOf(DeadlineException.class);
      }
      assertThat(rows.predict(row).y()).isEqualTo(ServingFixture.Y[0]);
    }
  }

  private record Single(float x) {}

  private record SingleOut(float y) {}

  @Test
  void closingWaitsForWhatIsQueuedAndRefusesTheRest() throws Exception {
    ServingModel model =
        fixture.load("mlp4.onnx", ServingFixture.ABCD.toBuilder().microBatching(TOGETHER).build());
    RowModel<Abcd, Y> rows = model.rows(Abcd.class, Y.class);
    List<CompletableFuture<Y>> asked = new ArrayList<>();
    for (int i = 0; i < 500; i++) {
      asked.add(
          rows.predictAsync(
              Abcd.of(ServingFixture.X[i % ServingFixture.X.length]), CallOptions.withDefaults()));
    }
    model.close();
    for (int i = 0; i < asked.size(); i++) {
      assertThat(asked.get(i).get().y()) // a call ends a moment before its future says so
          .isEqualTo(ServingFixture.Y[i % ServingFixture.X.length]);
    }
    Abcd row = Abcd.of(ServingFixture.X[0]);
    assertThatThrownBy(() -> rows.predict(row)).isInstanceOf(IllegalStateException.class);
    assertThat(rows.predictAsync(row, CallOptions.withDefaults())).isCompletedExceptionally();
  }

  @Test
  void recordsOfAModelOfAnyRankAreBatched() {
    try (ServingModel free =
        fixture.load("tensors/free.onnx", LoadOptions.builder().microBatching(TOGETHER).build())) {
      RowModel<Single, SingleOut> rows = free.rows(Single.class, SingleOut.class);
      assertBatches(free, Single.class, SingleOut.class, true);
      assertThat(rows.predict(new Single(3)).y()).isEqualTo(-3);
    }
  }

  @Test
  void modelThatTakesOneNumberOfRowsIsAskedAsWithoutBatching() {
    LoadOptions options = ServingFixture.ABCD.toBuilder().microBatching(TOGETHER).build();
    try (ServingModel fixed = fixture.load("fixed_batch8.onnx", options);
        ServingModel free = fixture.load("mlp4.onnx", options);
        ServingModel one =
            fixture.load(
                "mlp4.onnx", options.toBuilder().microBatching(MicroBatching.upTo(1)).build())) {
      assertBatches(fixed, Abcd.class, Y.class, false);
      assertBatches(free, Abcd.class, Y.class, true);
      assertBatches(one, Abcd.class, Y.class, false);
    }
  }

  private static void assertBatches(
      ServingModel model,
      Class<? extends Record> in,
      Class<? extends Record> out,
      boolean expected) {
    BoundRows<?, ?> bound = ((LoadedModel) model).rowsHeld(null, in, out);
    assertThat(bound.isBatched()).isEqualTo(expected);
  }

  @Test
  void whatDependsOnOneAnswerMayWaitForAnotherOfTheSameRun() throws Exception {
    try (ServingModel model =
        fixture.load(
            "mlp4.onnx", ServingFixture.ABCD.toBuilder().microBatching(TOGETHER).build())) {
      RowModel<Abcd, Y> rows = model.rows(Abcd.class, Y.class);
      assertThat(fixture.loader.context().queue().tryEnter()).isTrue(); // both processors are busy
      assertThat(fixture.loader.context().queue().tryEnter()).isTrue();
      List<CompletableFuture<Y>> answers = new ArrayList<>();
      for (float[] x : ServingFixture.X) {
        answers.add(rows.predictAsync(Abcd.of(x), CallOptions.withDefaults()));
      }
      CompletableFuture<Float> both =
          answers.get(0).thenApply(first -> first.y()[0] + answers.get(1).join().y()[0]);
      fixture.loader.context().queue().leave();
      fixture.loader.context().queue().leave();
      assertThat(both.get()).isEqualTo(ServingFixture.Y[0][0] + ServingFixture.Y[1][0]);
    }
  }
}
