package io.mlops4j.runtime.serving;

import static org.assertj.core.api.Assertions.assertThat;

import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.inference.InferenceEvent;
import io.mlops4j.inference.InferenceListener;
import io.mlops4j.inference.Model;
import io.mlops4j.inference.PredictionId;
import io.mlops4j.inference.RowModel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.Float4Vector;
import org.apache.arrow.vector.complex.FixedSizeListVector;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Records of single calls reach listeners in blocks. */
@SuppressWarnings("ArrayRecordComponent")
class RowCollectorTest {
  private final ServingFixture fixture = new ServingFixture();

  @AfterEach
  void nothingIsForgotten() {
    fixture.close();
  }

  record Numbers(float a, float b, float c, float d) {}

  record Out(float[] y, PredictionId predictionId) {}

  /** A record whose third read fails, which is that of the collector in the second call. */
  record Broken(float a, float b, float c, float d) {
    private static final AtomicInteger READS = new AtomicInteger();

    @Override
    public float d() {
      if (READS.incrementAndGet() == 4) {
        throw new IllegalStateException("broken");
      }
      return d;
    }
  }

  /** The features and answers of each row that it was notified of. */
  private static final class Told implements InferenceListener {
    final Map<PredictionId, List<Float>> features = new ConcurrentHashMap<>();
    final Map<PredictionId, Object> answers = new ConcurrentHashMap<>();
    final List<Integer> blocks = new ArrayList<>();
    final AtomicInteger repeated = new AtomicInteger();

    @Override
    public boolean needsRows() {
      return true;
    }

    @Override
    public void onInference(InferenceEvent event) {
      FeatureBatch asked = Objects.requireNonNull(event.features());
      FeatureBatch answered = Objects.requireNonNull(event.outputs());
      FixedSizeListVector y = (FixedSizeListVector) answered.column("y");
      blocks.add(event.rows());
      for (int i = 0; i < event.rows(); i++) {
        List<Float> row = new ArrayList<>();
        for (FieldVector column : asked.root().getFieldVectors()) {
          row.add(((Float4Vector) column).get(i));
        }
        if (features.put(event.id(i), row) != null) {
          repeated.incrementAndGet();
        }
        answers.put(event.id(i), y.getObject(i));
      }
    }
  }

  /** Keeps the features of each block, which the test closes. */
  private record Keeps(Consumer<FeatureBatch> into) implements InferenceListener {
    @Override
    public boolean needsRows() {
      return true;
    }

    @Override
    public void onInference(InferenceEvent event) {
      into.accept(Objects.requireNonNull(event.features()).retain());
    }
  }

  private ServingModel model(InferenceListener listener) {
    return fixture.load("mlp4.onnx", ServingFixture.ABCD.toBuilder().listener(listener).build());
  }

  private static Numbers row(int i) {
    float[] x = ServingFixture.X[i % 5];
    return new Numbers(x[0], x[1], x[2], x[3]);
  }

  private static void check(Told told, PredictionId id, int i) {
    float[] x = ServingFixture.X[i % 5];
    assertThat(told.features.get(id)).containsExactly(x[0], x[1], x[2], x[3]);
    float[] y = ServingFixture.Y[i % 5];
    assertThat(told.answers.get(id)).isEqualTo(List.of(y[0], y[1]));
  }

  /** The memory of blocks is reused, but not while a listener holds it. */
  @Test
  void blocksThatAListenerKeepsDoNotChange() {
    List<FeatureBatch> kept = new ArrayList<>();
    int blocks = 8;
    try (Model model = model(new Keeps(kept::add))) {
      RowModel<Numbers, Out> rows = model.rows(Numbers.class, Out.class);
      for (int i = 0; i < blocks * RowCollector.ROWS_OF_NUMBERS; i++) {
        rows.predict(new Numbers(i, -i, 0, 0));
        if (i == 3 * RowCollector.ROWS_OF_NUMBERS) {
          kept.remove(0).close(); // whose memory a later block uses
        }
      }
    }
    assertThat(kept).hasSize(blocks - 1);
    for (int block = 1; block < blocks; block++) {
      try (FeatureBatch batch = kept.get(block - 1)) {
        for (int row = 0; row < RowCollector.ROWS_OF_NUMBERS; row++) {
          float expected = block * RowCollector.ROWS_OF_NUMBERS + row;
          assertThat(((Float4Vector) batch.column("a")).get(row)).isEqualTo(expected);
          assertThat(((Float4Vector) batch.column("b")).get(row)).isEqualTo(-expected);
        }
      }
    }
  }

  /** To turn rows into columns takes longer than the rest of the hand-over. */
  @Test
  void rowsBecomeColumnsWhenAListenerReadsThemAndNotInTheCallBefore() {
    AtomicLong whenKept = new AtomicLong();
    AtomicReference<FeatureBatch> kept = new AtomicReference<>();
    Keeps keeps =
        new Keeps(
            features -> {
              kept.set(features);
              whenKept.set(fixture.allocator().getAllocatedMemory());
            });
    try (Model model = model(keeps)) {
      RowModel<Numbers, Out> rows = model.rows(Numbers.class, Out.class);
      for (int i = 0; i < RowCollector.ROWS_OF_NUMBERS; i++) {
        rows.predict(row(i));
      }
      try (FeatureBatch batch = kept.get()) {
        long before = fixture.allocator().getAllocatedMemory();
        assertThat(before).isLessThanOrEqualTo(whenKept.get());
        assertThat(batch.column("d").getValueCount()).isEqualTo(RowCollector.ROWS_OF_NUMBERS);
        // A bitmap and room between the columns come with them; the rows are freed.
        assertThat(fixture.allocator().getAllocatedMemory()).isGreaterThan(before);
      }
    }
  }

  /**
   * Else a listener that is held up, as a log with a full disk, would hold a block for each row.
   */
  @Test
  void fewRowsThatAListenerKeepsHoldTheirOwnMemoryOnly() {
    List<FeatureBatch> kept = new ArrayList<>();
    try (Model model = model(new Keeps(kept::add))) {
      model.rows(Numbers.class, Out.class).predict(row(1));
    }
    long whole = 4L * Float.BYTES * RowCollector.ROWS_OF_NUMBERS;
    assertThat(fixture.allocator().getAllocatedMemory()).isPositive().isLessThan(whole / 8);
    try (FeatureBatch batch = kept.get(0)) {
      assertThat(((Float4Vector) batch.column("d")).get(0)).isEqualTo(row(1).d());
    }
  }

  @Test
  void recordsOfNumbersMakeLargeBlocks() {
    Told told = new Told();
    List<PredictionId> ids = new ArrayList<>();
    int calls = 2 * RowCollector.ROWS_OF_NUMBERS + 3;
    try (Model model = model(told)) {
      RowModel<Numbers, Out> rows = model.rows(Numbers.class, Out.class);
      for (int i = 0; i < calls; i++) {
        ids.add(rows.predict(row(i)).predictionId());
      }
    }
    assertThat(told.blocks)
        .containsExactly(RowCollector.ROWS_OF_NUMBERS, RowCollector.ROWS_OF_NUMBERS, 3);
    for (int i = 0; i < calls; i++) {
      check(told, ids.get(i), i);
    }
  }

  @Test
  void eachRowOfManyThreadsIsToldOnceWithItsAnswer() throws Exception {
    int threads = 6;
    int each = 3000;
    Told told = new Told();
    PredictionId[][] ids = new PredictionId[threads][each];
    ExecutorService pool = Executors.newFixedThreadPool(threads);
    try (Model model = model(told)) {
      RowModel<Numbers, Out> rows = model.rows(Numbers.class, Out.class);
      CountDownLatch go = new CountDownLatch(1);
      List<Future<?>> all = new ArrayList<>();
      for (PredictionId[] own : ids) {
        all.add(
            pool.submit(
                () -> {
                  go.await();
                  Arrays.setAll(own, i -> rows.predict(row(i)).predictionId());
                  return null;
                }));
      }
      go.countDown();
      for (Future<?> one : all) {
        one.get();
      }
    } finally {
      pool.shutdownNow();
    }
    assertThat(told.repeated).hasValue(0);
    assertThat(told.features).hasSize(threads * each);
    assertThat(told.blocks.stream().mapToInt(Integer::intValue).sum()).isEqualTo(threads * each);
    for (PredictionId[] own : ids) {
      for (int i = 0; i < each; i++) {
        check(told, own[i], i);
      }
    }
  }

  @Test
  void aRowThatCannotBeReadIsLostAndCountedAndTheOthersAreTold() {
    Told told = new Told();
    List<PredictionId> ids = new ArrayList<>();
    long failures;
    try (ServingModel model = model(told)) {
      RowModel<Broken, Out> rows = model.rows(Broken.class, Out.class);
      Broken.READS.set(0);
      for (int i = 0; i < 5; i++) {
        float[] x = ServingFixture.X[i];
        ids.add(rows.predict(new Broken(x[0], x[1], x[2], x[3])).predictionId());
      }
      failures = ((LoadedModel) model).identity().listeners().failures();
    }
    assertThat(failures).isEqualTo(1);
    assertThat(told.features.keySet())
        .containsExactlyInAnyOrder(ids.get(0), ids.get(2), ids.get(3), ids.get(4));
    for (int i : new int[] {0, 2, 3, 4}) {
      check(told, ids.get(i), i);
    }
  }
}
