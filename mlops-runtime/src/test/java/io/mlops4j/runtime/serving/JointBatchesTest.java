package io.mlops4j.runtime.serving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.error.DeadlineException;
import io.mlops4j.error.ModelInputException;
import io.mlops4j.error.OverloadedException;
import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.fixture.Waits;
import io.mlops4j.inference.CallOptions;
import io.mlops4j.inference.InferenceEvent;
import io.mlops4j.inference.InferenceEvent.Phase;
import io.mlops4j.inference.InferenceListener;
import io.mlops4j.inference.LoadOptions;
import io.mlops4j.inference.MicroBatching;
import io.mlops4j.inference.Prediction;
import io.mlops4j.inference.PredictionId;
import io.mlops4j.runtime.serving.threads.UninterruptibleWait;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.Float4Vector;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Small batches that pile up, through the real engine. */
@SuppressWarnings({"try", "ArrayRecordComponent"}) // closing early; columns of an event
class JointBatchesTest {
  private static final long SEED = 20060607;
  private static final int CALLS = 40;
  private static final MicroBatching TOGETHER = MicroBatching.upTo(16).withoutMeasuring();
  private static final LoadOptions JOINT =
      ServingFixture.ABCD.toBuilder().microBatching(TOGETHER).build();
  private static final LoadOptions PLAIN = LoadOptions.builder().microBatching(TOGETHER).build();
  private static final CallOptions PATIENT = CallOptions.withDefaults();

  private final ServingFixture fixture = new ServingFixture();
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final CountDownLatch mayEnd = new CountDownLatch(1);
  private final CountDownLatch testEnds = new CountDownLatch(1);
  private @Nullable ServingModel keeper;

  @AfterEach
  void nothingIsForgotten() throws InterruptedException {
    mayEnd.countDown();
    testEnds.countDown();
    threads.shutdown();
    assertThat(threads.awaitTermination(1, TimeUnit.MINUTES)).isTrue(); // they close batches
    if (keeper != null) {
      keeper.close();
    }
    fixture.close();
  }

  /** Both processors are kept by calls of another model: one until it may end, one all the time. */
  private void keepProcessors() throws Exception {
    CountDownLatch kept = new CountDownLatch(2);
    Iterator<CountDownLatch> ends = List.of(mayEnd, testEnds).iterator();
    InferenceListener keeping =
        event -> {
          CountDownLatch end;
          synchronized (ends) {
            end = ends.next();
          }
          kept.countDown();
          UninterruptibleWait.uninterruptibly(end);
        };
    ServingModel model = fixture.load("mlp4.onnx", JOINT.toBuilder().listener(keeping).build());
    keeper = model;
    for (int i = 0; i < 2; i++) {
      Future<float[]> unused = threads.submit(() -> ask(model, rows(0)));
    }
    kept.await();
  }

  /** Queues calls one after the other, while the processors are kept. */
  private <T> List<Future<T>> pileUp(List<Callable<T>> calls) throws Exception {
    keepProcessors();
    List<Future<T>> waiting = new ArrayList<>();
    for (Callable<T> call : calls) {
      waiting.add(threads.submit(call));
      awaitWaiting(waiting.size());
    }
    return waiting;
  }

  private void awaitWaiting(int count) {
    Waits.until(count + " calls wait", () -> fixture.loader.context().queue().waiting() == count);
  }

  private void letGo() {
    mayEnd.countDown();
  }

  /** Rows of X. */
  private FeatureBatch rows(int... rows) {
    FeatureBatch.Builder builder = FeatureBatch.builder(fixture.allocator());
    for (int column = 0; column < 4; column++) {
      float[] values = new float[rows.length];
      for (int i = 0; i < rows.length; i++) {
        values[i] = ServingFixture.X[rows[i]][column];
      }
      builder.floats(List.of("a", "b", "c", "d").get(column), values);
    }
    return builder.build();
  }

  /** Their answers. */
  private static float[] answers(int... rows) {
    float[][] answers = new float[rows.length][];
    Arrays.setAll(answers, i -> ServingFixture.Y[rows[i]]);
    return ServingFixture.flat(answers);
  }

  private FeatureBatch floats(String column, float... values) {
    return FeatureBatch.builder(fixture.allocator()).floats(column, values).build();
  }

  /** Asks with a batch that it closes. */
  private static <T> T ask(
      ServingModel model, FeatureBatch asked, Function<Prediction, T> read, CallOptions options) {
    try (FeatureBatch batch = asked;
        Prediction prediction = model.predict(batch, options)) {
      assertThat(prediction.rows()).isEqualTo(batch.rows());
      return read.apply(prediction);
    }
  }

  private static float[] ask(ServingModel model, FeatureBatch asked) {
    return ask(model, asked, prediction -> prediction.floats("y"), PATIENT);
  }

  private static <T> CompletableFuture<T> askLater(
      ServingModel model, FeatureBatch asked, Function<Prediction, T> read) {
    try (FeatureBatch batch = asked) {
      return model.predictAsync(batch, PATIENT, read);
    }
  }

  /** What a listener heard of one call. */
  private record Heard(
      Thread in,
      int rows,
      long queue,
      long bind,
      long run,
      long read,
      PredictionId id,
      @Nullable Throwable error,
      float[] a,
      float[] y) {
    static Heard of(InferenceEvent event) {
      return new Heard(
          Thread.currentThread(),
          event.rows(),
          event.nanos(Phase.QUEUE),
          event.nanos(Phase.BIND),
          event.nanos(Phase.RUN),
          event.nanos(Phase.READ),
          event.id(0),
          event.error(),
          column(event.features(), "a"),
          column(event.outputs(), "y"));
    }

    private static float[] column(@Nullable FeatureBatch batch, String name) {
      if (batch == null) {
        return new float[0];
      }
      FieldVector vector = batch.column(name);
      Float4Vector values =
          (Float4Vector)
              (vector instanceof Float4Vector ? vector : vector.getChildrenFromFields().get(0));
      float[] floats = new float[values.getValueCount()];
      for (int i = 0; i < floats.length; i++) {
        floats[i] = values.get(i);
      }
      return floats;
    }
  }

  /** Hears of everything, with rows or without. */
  private record Ear(boolean needsRows, ConcurrentLinkedQueue<Heard> heard)
      implements InferenceListener {
    Ear(boolean needsRows) {
      this(needsRows, new ConcurrentLinkedQueue<>());
    }

    @Override
    public void onInference(InferenceEvent event) {
      heard.add(Heard.of(event));
    }
  }

  @Test
  void whatPiledUpIsAnsweredInOneRunAndEachGetsItsOwn() throws Exception {
    Ear plain = new Ear(false);
    Ear ear = new Ear(true);
    try (ServingModel model =
        fixture.load("mlp4.onnx", JOINT.toBuilder().listener(plain).listener(ear).build())) {
      int[][] asked = {{0, 1}, {2}, {3, 4, 0}};
      List<Callable<Prediction>> calls = new ArrayList<>();
      for (int[] rows : asked) {
        calls.add(
            () -> {
              try (FeatureBatch batch = rows(rows)) {
                return model.predict(batch);
              }
            });
      }
      List<Future<Prediction>> waiting = pileUp(calls);
      letGo();
      List<Prediction> open = new ArrayList<>();
      for (Future<Prediction> each : waiting) {
        open.add(each.get());
      }
      Set<Long> ids = ConcurrentHashMap.newKeySet();
      List<Heard> heard = List.copyOf(ear.heard());
      assertThat(heard).hasSize(3);
      for (int i : new int[] {1, 0, 2}) { // closing one leaves the others
        try (Prediction prediction = open.get(i)) {
          assertThat(prediction.rows()).isEqualTo(asked[i].length);
          assertThat(prediction.floats("y")).containsExactly(answers(asked[i]));
          assertThat(prediction.shape("y")).containsExactly(asked[i].length, 2);
          assertThat(prediction.id(asked[i].length - 1).row()).isEqualTo(asked[i].length - 1);
          ids.add(prediction.id(0).call());
          Heard one = heard.get(i);
          assertThat(one.id()).isEqualTo(prediction.id(0));
          assertThat(one.rows()).isEqualTo(asked[i].length);
          assertThat(one.y()).containsExactly(answers(asked[i]));
          assertThat(one.a()[0]).isEqualTo(ServingFixture.X[asked[i][0]][0]);
          assertThat(one.error()).isNull();
        }
      }
      assertThat(ids).as("each call has an id of its own").hasSize(3);
      assertThat(heard.stream().map(Heard::in).distinct()).as("one leads").hasSize(1);
      assertThat(heard.stream().map(Heard::run).distinct()).as("of one run").hasSize(1);
      assertThat(heard.get(0).run()).isPositive();
      assertThat(heard.get(0).bind()).isPositive();
      assertThat(heard.get(0).read()).isPositive();
      assertThat(heard.get(0).queue())
          .as("the first waited longest")
          .isGreaterThan(heard.get(1).queue());
      assertThat(heard.get(1).queue()).isGreaterThan(heard.get(2).queue());
      assertThat(heard.get(2).queue()).isPositive();
      assertThat(plain.heard()).hasSize(3);
    }
  }

  @Test
  void jointRunAnswersBitForBitAsTheSameRowsInOneBatch() throws Exception {
    Random random = new Random(SEED);
    float[][] parts = {new float[2], new float[6], new float[10], new float[4]};
    float[] all = new float[22];
    int at = 0;
    for (float[] part : parts) {
      for (int i = 0; i < part.length; i++) {
        part[i] = (float) random.nextGaussian();
        all[at++] = part[i];
      }
    }
    try (ServingModel model = fixture.load("classifier.onnx", PLAIN);
        ServingModel alone = fixture.load("classifier.onnx")) {
      Function<Prediction, float[]> read = prediction -> prediction.floats("probabilities");
      List<Callable<float[]>> calls = new ArrayList<>();
      for (float[] part : parts) {
        calls.add(() -> ask(model, pairs(part), read, PATIENT));
      }
      List<Future<float[]>> waiting = pileUp(calls);
      letGo();
      float[] expected = ask(alone, pairs(all), read, PATIENT);
      float[] found = new float[expected.length];
      int to = 0;
      for (Future<float[]> each : waiting) {
        float[] part = each.get();
        System.arraycopy(part, 0, found, to, part.length);
        to += part.length;
      }
      assertThat(found).containsExactly(expected);
    }
  }

  private FeatureBatch pairs(float... values) {
    return FeatureBatch.builder(fixture.allocator()).floats("x", values).asTensors(2).build();
  }

  /** Of all sizes, those that are answered alone among them; asynchronous ones between them. */
  @Test
  void sixteenThreadsGetTheAnswersToTheirOwnRows() throws Exception {
    Ear ear = new Ear(true);
    Set<PredictionId> ids = ConcurrentHashMap.newKeySet();
    try (ServingModel model = fixture.load("mlp4.onnx", JOINT.toBuilder().listener(ear).build())) {
      List<Future<Integer>> callers = new ArrayList<>();
      for (int i = 0; i < 16; i++) {
        Random random = new Random(SEED + i);
        callers.add(
            threads.submit(
                () -> {
                  int rows = 0;
                  for (int call = 0; call < CALLS; call++) {
                    rows += askRandom(model, random, ids);
                  }
                  return rows;
                }));
      }
      int asked = 0;
      for (Future<Integer> caller : callers) {
        asked += caller.get();
      }
      assertThat(ear.heard()).hasSize(16 * CALLS);
      assertThat(ear.heard().stream().mapToInt(Heard::rows).sum()).isEqualTo(asked);
      assertThat(ids).as("each row has an id of its own").hasSize(asked);
      assertThat(ear.heard()).allSatisfy(one -> assertThat(one.y()).hasSize(2 * one.rows()));
    }
  }

  private int askRandom(ServingModel model, Random random, Set<PredictionId> ids) throws Exception {
    int[] asked = new int[random.nextInt(10) == 0 ? 20 : 1 + random.nextInt(7)];
    Arrays.setAll(asked, i -> random.nextInt(ServingFixture.X.length));
    Function<Prediction, float[]> read =
        prediction -> {
          for (int row = 0; row < prediction.rows(); row++) {
            ids.add(prediction.id(row));
          }
          return prediction.floats("y");
        };
    float[] found =
        random.nextInt(4) == 0
            ? askLater(model, rows(asked), read).get()
            : ask(model, rows(asked), read, PATIENT);
    assertThat(Arrays.equals(found, answers(asked))).isTrue();
    return asked.length;
  }

  @Test
  void rowsOfOtherLengthsAreAnsweredApart() throws Exception {
    try (ServingModel model = fixture.load("tensors/lengths.onnx", PLAIN)) {
      Function<Prediction, float[]> read = prediction -> prediction.floats("sum");
      List<Callable<float[]>> calls =
          List.of(
              () -> ask(model, lists(2, 1, 2, 3, 4), read, PATIENT),
              () -> ask(model, lists(3, 1, 2, 3), read, PATIENT),
              () -> ask(model, ofItsOwn(2, 5, 6), read, PATIENT),
              () -> ask(model, ofItsOwn(3, 4, 5, 6, 7, 8, 9), read, PATIENT),
              () -> ask(model, floats("x", 7, 8), read, PATIENT));
      List<Future<float[]>> waiting = pileUp(calls);
      letGo();
      assertThat(waiting.get(0).get()).containsExactly(3, 7);
      assertThat(waiting.get(1).get()).containsExactly(6);
      assertThat(waiting.get(2).get()).containsExactly(11);
      assertThat(waiting.get(3).get()).containsExactly(15, 24);
      assertThat(waiting.get(4).get()).containsExactly(7, 8);
    }
  }

  private FeatureBatch lists(int length, float... values) {
    return FeatureBatch.builder(fixture.allocator()).floats("x", values).asTensors(length).build();
  }

  /** The same, but a batch might hold lists of several lengths. */
  private FeatureBatch ofItsOwn(int length, float... values) {
    List<long[]> shapes = new ArrayList<>();
    for (int i = 0; i < values.length; i += length) {
      shapes.add(new long[] {length});
    }
    return FeatureBatch.builder(fixture.allocator()).floats("x", values).asTensors(shapes).build();
  }

  @Test
  void allTypesTextAndSequencesOfMapsAreTakenApart() throws Exception {
    try (ServingModel columns = fixture.load("columns.onnx", PLAIN);
        ServingModel maps = fixture.load("classifier_zipmap.onnx", PLAIN);
        ServingModel mapsAlone = fixture.load("classifier_zipmap.onnx")) {
      Function<Prediction, List<?>> read =
          p ->
              List.of(
                  List.of(p.strings("s_out")),
                  Arrays.stream(p.doubles("total")).boxed().toList(),
                  Arrays.stream(p.longs("b_out")).boxed().toList());
      Function<Prediction, List<?>> classes = p -> List.of(p.vector("byclass").toString());
      List<Callable<List<?>>> calls =
          List.of(
              () -> ask(columns, columns("früh ✈", "", "late"), read, PATIENT),
              () -> ask(columns, columns("on time"), read, PATIENT),
              () -> ask(columns, columns("", "x"), read, PATIENT),
              () -> ask(maps, pairs(2, 0, 0, 1), classes, PATIENT),
              () -> ask(maps, pairs(-2, -2), classes, PATIENT));
      List<Future<List<?>>> waiting = pileUp(calls);
      letGo();
      assertThat(waiting.get(0).get())
          .isEqualTo(
              List.of(List.of("früh ✈", "", "late"), List.of(0.0, 4.25, 8.5), List.of(1L, 0L, 1L)));
      assertThat(waiting.get(1).get())
          .isEqualTo(List.of(List.of("on time"), List.of(0.0), List.of(1L)));
      assertThat(waiting.get(2).get())
          .isEqualTo(List.of(List.of("", "x"), List.of(0.0, 4.25), List.of(1L, 0L)));
      assertThat(waiting.get(3).get())
          .isEqualTo(ask(mapsAlone, pairs(2, 0, 0, 1), classes, PATIENT));
      assertThat(waiting.get(4).get()).isEqualTo(ask(mapsAlone, pairs(-2, -2), classes, PATIENT));
    }
  }

  /** Row i is i and i / 4 as numbers; even rows are true. */
  private FeatureBatch columns(String... texts) {
    int rows = texts.length;
    float[] f = new float[rows];
    double[] d = new double[rows];
    int[] i = new int[rows];
    long[] l = new long[rows];
    boolean[] b = new boolean[rows];
    for (int row = 0; row < rows; row++) {
      f[row] = row;
      d[row] = row / 4.0;
      i[row] = 2 * row;
      l[row] = row;
      b[row] = row % 2 == 0;
    }
    return FeatureBatch.builder(fixture.allocator())
        .strings("s", texts)
        .booleans("b", b)
        .longs("l", l)
        .ints("i", i)
        .doubles("d", d)
        .floats("f", f)
        .build();
  }

  @Test
  void badBatchFailsAloneAndItsNeighboursAreAnswered() throws Exception {
    Ear ear = new Ear(false);
    try (ServingModel model = fixture.load("mlp4.onnx", JOINT.toBuilder().listener(ear).build())) {
      FeatureBatch bad = rows(1, 2);
      ((Float4Vector) bad.column("c")).setNull(1);
      List<Callable<float[]>> calls =
          List.of(() -> ask(model, rows(0, 1)), () -> ask(model, bad), () -> ask(model, rows(4)));
      List<Future<float[]>> waiting = pileUp(calls);
      letGo();
      assertThat(waiting.get(0).get()).containsExactly(answers(0, 1));
      assertThatThrownBy(waiting.get(1)::get)
          .hasCauseInstanceOf(ModelInputException.class)
          .hasMessageContaining("c: found a null in row 1");
      assertThat(waiting.get(2).get()).containsExactly(answers(4));
      assertThat(ear.heard()).as("each call once").hasSize(3);
      assertThat(ear.heard().stream().filter(one -> one.error() != null))
          .singleElement()
          .satisfies(one -> assertThat(one.rows()).isEqualTo(2));
    }
  }

  @Test
  void deadlineOfOneEndsTheRunForItAlone() throws Exception {
    Ear ear = new Ear(false);
    Duration sooner = Duration.ofSeconds(1); // a busy machine takes its time to queue both
    Duration later = Duration.ofSeconds(3);
    try (ServingModel endless =
        fixture.load("endless.onnx", PLAIN.toBuilder().listener(ear).build())) {
      long began = System.nanoTime();
      List<Callable<float[]>> calls =
          List.of(
              () ->
                  ask(endless, floats("x", 1, 2), p -> p.floats("y"), PATIENT.withDeadline(later)),
              () -> ask(endless, floats("x", 3), p -> p.floats("y"), PATIENT.withDeadline(sooner)));
      List<Future<float[]>> waiting = pileUp(calls);
      letGo();
      assertThatThrownBy(waiting.get(1)::get).hasCauseInstanceOf(DeadlineException.class);
      assertThat(waiting.get(0)).isNotDone();
      assertThatThrownBy(waiting.get(0)::get).hasCauseInstanceOf(DeadlineException.class);
      assertThat(System.nanoTime() - began).isGreaterThanOrEqualTo(later.toNanos());
      assertThat(ear.heard()).hasSize(2).allSatisfy(one -> assertThat(one.run()).isPositive());
      assertThat(ear.heard().stream().map(Heard::rows)).containsExactly(1, 2);
      assertThat(ear.heard())
          .allSatisfy(one -> assertThat(one.error()).isInstanceOf(DeadlineException.class));
    }
  }

  @Test
  void cancelTakesACallOutOfTheQueueAndEndsARunThatNobodyWants() throws Exception {
    try (ServingModel endless = fixture.load("endless.onnx", PLAIN);
        ServingModel model = fixture.load("mlp4.onnx", JOINT)) {
      keepProcessors();
      Function<Prediction, float[]> read = prediction -> prediction.floats("y");
      CompletableFuture<float[]> queued = askLater(model, rows(0), read);
      CompletableFuture<float[]> beside = askLater(model, rows(1, 2), read);
      assertThat(queued.cancel(true)).isTrue();
      assertThat(fixture.loader.context().queue().waiting()).isEqualTo(1);
      CompletableFuture<float[]> first = askLater(endless, floats("x", 1), read);
      CompletableFuture<float[]> second = askLater(endless, floats("x", 2), read);
      letGo();
      assertThat(beside.get()).containsExactly(answers(1, 2));
      awaitWaiting(0);
      assertThat(first.cancel(true)).isTrue();
      assertThat(second).as("it runs on for the other").isNotDone();
      assertThat(second.cancel(true)).isTrue();
      CompletableFuture<float[]> alone = askLater(endless, floats("x", 3), read);
      awaitWaiting(0);
      assertThat(alone.cancel(true)).isTrue();
      for (CompletableFuture<float[]> each : List.of(queued, first, second, alone)) {
        assertThatThrownBy(each::join).isInstanceOf(CancellationException.class);
      }
    } // closing waits for runs
  }

  @Test
  void readThatFailsOrWaitsLeavesTheOthersAlone() throws Exception {
    try (ServingModel model = fixture.load("mlp4.onnx", JOINT)) {
      keepProcessors();
      CountDownLatch others = new CountDownLatch(1);
      CompletableFuture<Integer> waits =
          askLater(
              model,
              rows(0),
              prediction -> {
                UninterruptibleWait.uninterruptibly(others);
                return prediction.rows();
              });
      CompletableFuture<Integer> fails =
          askLater(
              model,
              rows(1, 2),
              prediction -> {
                throw new ArithmeticException("of its own");
              });
      CompletableFuture<float[]> good = askLater(model, rows(3), p -> p.floats("y"));
      letGo();
      assertThat(good.get()).containsExactly(answers(3));
      assertThatThrownBy(fails::get).hasCauseInstanceOf(ArithmeticException.class);
      assertThat(waits).isNotDone();
      others.countDown();
      assertThat(waits.get()).isEqualTo(1);
    }
  }

  /** With one processor, which whoever reads an answer must not keep. */
  @Test
  void answerMayBeReadByAskingAgain() throws Exception {
    try (DefaultModelLoader one = new DefaultModelLoader(RuntimeSettings.of(1));
        ServingModel model = ServingFixture.load(one, "mlp4.onnx", JOINT)) {
      CompletableFuture<float[]> both =
          askLater(model, rows(0), prediction -> ask(model, rows(2)))
              .thenApply(answer -> ask(model, rows(3)));
      assertThat(both.get()).containsExactly(answers(3));
    }
  }

  @Test
  void modelWhoseAnswersHaveNoRowsIsAskedAlone() throws Exception {
    try (ServingModel fixed = fixture.load("fixed_batch8.onnx", JOINT);
        ServingModel dynamic = fixture.load("dynamic.onnx", PLAIN);
        ServingModel signal = fixture.load("tensors/signal.onnx", PLAIN);
        ServingModel free = fixture.load("tensors/free.onnx", PLAIN);
        ServingModel open = fixture.load("tensors/nonzero.onnx", PLAIN)) {
      for (ServingModel model : List.of(fixed, dynamic, signal)) {
        assertThat(((LoadedModel) model).shared().joins()).as("" + model).isFalse();
      }
      assertThat(((LoadedModel) free).shared().joins()).isTrue();
      assertThat(((LoadedModel) open).shared().joins()).isTrue();
      Function<Prediction, float[]> kept = prediction -> prediction.floats("kept");
      List<Callable<float[]>> calls =
          List.of(
              () -> ask(open, floats("x", 1, 0, 2), kept, PATIENT),
              () -> ask(open, floats("x", 0, 0), kept, PATIENT),
              () -> ask(free, floats("x", 1, 2)),
              () -> ask(free, pairs(3, 4)));
      List<Future<float[]>> waiting = pileUp(calls);
      letGo();
      assertThat(waiting.get(0).get()).containsExactly(1, 2);
      assertThat(waiting.get(1).get()).isEmpty();
      assertThat(waiting.get(2).get()).containsExactly(-1, -2);
      assertThat(waiting.get(3).get()).containsExactly(-3, -4);
      assertThat(((LoadedModel) open).shared().joins()).as("that was learned").isFalse();
    }
  }

  @Test
  void fullQueueRefusesAndLargeBatchesAreNotQueued() throws Exception {
    LoadOptions options =
        ServingFixture.ABCD.toBuilder().microBatching(TOGETHER.withQueueLimit(4)).build();
    try (ServingModel model = fixture.load("mlp4.onnx", options)) {
      List<Future<float[]>> waiting = pileUp(List.of(() -> ask(model, rows(0, 1, 2))));
      assertThatThrownBy(() -> ask(model, rows(0, 1)))
          .isInstanceOf(OverloadedException.class)
          .hasMessageContaining("found 3 rows that wait for a processor and 2 more");
      assertThatThrownBy(() -> askLater(model, rows(0, 1), Prediction::rows).get())
          .hasCauseInstanceOf(OverloadedException.class);
      int[] many = new int[17];
      assertThat(ask(model, rows(many))).containsExactly(answers(many));
      letGo();
      assertThat(waiting.get(0).get()).containsExactly(answers(0, 1, 2));
    }
  }

  @Test
  void closingWaitsForWhatIsQueuedAndRefusesTheRest() throws Exception {
    ServingModel model = fixture.load("mlp4.onnx", JOINT);
    List<Future<float[]>> waiting = pileUp(List.of(() -> ask(model, rows(0, 1))));
    CompletableFuture<float[]> later = askLater(model, rows(2), p -> p.floats("y"));
    Future<?> closing = threads.submit(model::close);
    Waits.until("the model closes", () -> ((LoadedModel) model).isClosing());
    assertThatThrownBy(() -> ask(model, rows(0))).isInstanceOf(IllegalStateException.class);
    assertThat(askLater(model, rows(0), Prediction::rows)).isCompletedExceptionally();
    assertThat(closing).isNotDone();
    letGo();
    assertThat(waiting.get(0).get()).containsExactly(answers(0, 1));
    assertThat(later.get()).containsExactly(answers(2));
    closing.get();
  }
}
