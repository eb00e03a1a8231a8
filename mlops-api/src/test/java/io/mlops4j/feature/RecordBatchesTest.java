package io.mlops4j.feature;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.invoke.MethodHandles;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.arrow.memory.RootAllocator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

@SuppressWarnings("ArrayRecordComponent") // several values a row
class RecordBatchesTest {
  private final RootAllocator memory = new RootAllocator();

  @AfterEach
  void nothingIsLeftAllocated() {
    assertThat(memory.getAllocatedMemory()).isZero();
    memory.close();
  }

  enum Airport {
    LAS {
      @Override
      public String toString() {
        return "Las Vegas";
      }
    },
    PHL
  }

  private record All(
      boolean z,
      byte b,
      short s,
      int i,
      long l,
      float f,
      double d,
      @Nullable Boolean bz,
      @Nullable Byte bb,
      @Nullable Short bs,
      @Nullable Integer bi,
      @Nullable Long bl,
      @Nullable Float bf,
      @Nullable Double bd,
      @Nullable String text,
      @Nullable Airport airport,
      float @Nullable [] floats,
      String @Nullable [] texts) {}

  private static final All FULL =
      new All(
          true,
          (byte) 1,
          (short) 2,
          3,
          4L,
          5f,
          6.5,
          false,
          (byte) -1,
          (short) -2,
          -3,
          -4L,
          -5f,
          Double.NaN,
          "früh ✈",
          Airport.LAS,
          new float[] {1, 2},
          new String[] {"a", null});

  private static final All NULLS =
      new All(
          false, (byte) 0, (short) 0, 0, 0, 0, 0, null, null, null, null, null, null, null, null,
          null, null, null);

  @Test
  void everyTypeOfComponentBecomesAColumn() {
    try (FeatureBatch batch = RecordBatches.of(All.class, memory).batch(List.of(FULL, NULLS))) {
      assertThat(batch.rows()).isEqualTo(2);
      List<Object> first = new ArrayList<>();
      List<Object> second = new ArrayList<>();
      batch.root().getFieldVectors().forEach(v -> first.add(String.valueOf(v.getObject(0))));
      batch.root().getFieldVectors().forEach(v -> second.add(v.getObject(1)));
      assertThat(first)
          .containsExactly(
              "true",
              "1",
              "2",
              "3",
              "4",
              "5.0",
              "6.5",
              "false",
              "-1",
              "-2",
              "-3",
              "-4",
              "-5.0",
              "NaN",
              "früh ✈",
              "LAS",
              "[1.0,2.0]",
              "[\"a\",null]");
      assertThat(second.subList(7, 18)).containsOnlyNulls();
      assertThat(batch.column("b").getMinorType()).hasToString("TINYINT");
      assertThat(batch.column("f").getMinorType()).hasToString("FLOAT4");
    }
  }

  private record X(int x) {}

  private static Iterator<X> rows(int count) {
    return IntStream.range(0, count).mapToObj(X::new).iterator();
  }

  @Test
  void aReaderMakesBatchesOfTheStatedSize() {
    List<Integer> sizes = new ArrayList<>();
    List<Object> last = new ArrayList<>();
    FeatureBatch kept = null;
    try (FeatureReader reader = RecordBatches.of(X.class, memory).reader(rows(10), 4)) {
      for (FeatureBatch batch : reader) {
        sizes.add(batch.rows());
        last.add(batch.column("x").getObject(batch.rows() - 1));
        kept = sizes.size() == 2 ? batch.retain() : kept;
      }
      assertThatIllegalStateException().isThrownBy(reader::iterator);
    }
    assertThat(sizes).containsExactly(4, 4, 2);
    assertThat(last).containsExactly(3, 7, 9);
    try (FeatureBatch second = kept) {
      assertThat(second.column("x").getObject(0)).isEqualTo(4);
    }
  }

  @Test
  void aBatchEndsWithTheNextOneAndWithItsReader() {
    RecordBatches<X> records = RecordBatches.of(X.class, memory);
    FeatureReader reader = records.reader(rows(2), 1);
    Iterator<FeatureBatch> batches = reader.iterator();
    FeatureBatch first = batches.next();
    FeatureBatch second = batches.next();
    assertThatIllegalStateException().isThrownBy(first::rows);
    assertThat(second.rows()).isOne();
    assertThat(batches.hasNext()).isFalse();
    assertThatThrownBy(batches::next).isInstanceOf(NoSuchElementException.class);
    reader.close();
    reader.close();
    assertThatIllegalStateException().isThrownBy(batches::hasNext);
    try (FeatureReader none = records.reader(Stream.<X>empty().iterator(), 1)) {
      assertThat(none).isEmpty();
    }
    try (FeatureBatch empty = records.batch(List.of())) {
      assertThat(empty.rows()).isZero();
      assertThat(empty.column("x").getValueCount()).isZero();
    }
  }

  @Test
  void anEndlessStreamIsReadAsFarAsItIsNeeded() {
    AtomicInteger made = new AtomicInteger();
    AtomicInteger closed = new AtomicInteger();
    Stream<X> endless =
        Stream.generate(() -> new X(made.getAndIncrement())).onClose(closed::incrementAndGet);
    FeatureReader reader = RecordBatches.of(X.class, memory).reader(endless, 4);
    int last = -1;
    for (FeatureBatch batch : reader) {
      last = (int) batch.column("x").getObject(3);
      if (last > 10) {
        break;
      }
    }
    assertThat(last).isEqualTo(11);
    assertThat(made.get()).isEqualTo(12);
    assertThat(closed).hasValue(0);
    reader.close();
    reader.close();
    assertThat(closed).as("closed once, with the reader").hasValue(1);
  }

  @Test
  void aLimitedStreamEndsWithAShorterBatch() {
    List<Integer> sizes = new ArrayList<>();
    try (FeatureReader reader =
        RecordBatches.of(X.class, memory)
            .reader(Stream.iterate(new X(0), row -> new X(row.x + 1)).limit(10), 4)) {
      reader.forEach(batch -> sizes.add(batch.rows()));
    }
    assertThat(sizes).containsExactly(4, 4, 2);
  }

  @Test
  void aStreamThatFailsInTheMiddleFreesItsBatchAndIsClosed() {
    AtomicInteger closed = new AtomicInteger();
    Stream<X> failing =
        IntStream.range(0, 10)
            .mapToObj(
                i -> {
                  if (i == 6) {
                    throw new UncheckedIOException(new IOException("row 6"));
                  }
                  return new X(i);
                })
            .onClose(closed::incrementAndGet);
    try (FeatureReader reader = RecordBatches.of(X.class, memory).reader(failing, 4)) {
      Iterator<FeatureBatch> batches = reader.iterator();
      assertThat(batches.next().rows()).isEqualTo(4);
      assertThatThrownBy(batches::next)
          .isInstanceOf(UncheckedIOException.class)
          .hasMessageContaining("row 6");
      assertThat(memory.getAllocatedMemory()).isZero();
    }
    assertThat(closed).hasValue(1);
  }

  @Test
  void aStreamIsReadOnce() {
    Stream<X> used = Stream.of(new X(1));
    assertThat(used.count()).isOne();
    RecordBatches<X> records = RecordBatches.of(X.class, memory);
    assertThatIllegalStateException().isThrownBy(() -> records.reader(used, 1));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> records.reader(Stream.of(new X(1)), 0))
        .withMessageContaining("batchRows: found 0");
  }

  private record Texts(String a, String b) {}

  private record Price(BigDecimal price) {}

  private record Letters(char[] letters) {}

  private record Boxes(Float[] boxes) {}

  @Test
  void whatCannotBeAColumnIsRefusedByName() {
    for (Class<? extends Record> type : List.of(Price.class, Letters.class, Boxes.class)) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> RecordBatches.of(type, memory))
          .withMessageContaining(type.getRecordComponents()[0].getName() + ": found the type ")
          .withMessageContaining("expected a number, boolean, String or enum");
    }
    assertThatIllegalArgumentException()
        .isThrownBy(() -> RecordBatches.of(MethodHandles.publicLookup(), Texts.class, memory))
        .withMessageContaining("RecordBatches.of(MethodHandles.lookup(), ...)");
    RecordBatches<Texts> texts = RecordBatches.of(MethodHandles.lookup(), Texts.class, memory);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> texts.batch(List.of(new Texts("a", "b"), new Texts("c", "\ud800"))))
        .withMessageContaining("b: found half of a surrogate pair at 1");
    assertThatNullPointerException()
        .isThrownBy(() -> texts.batch(Arrays.asList(new Texts("a", "b"), null)))
        .withMessageContaining("rows: found null at 1");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> texts.reader(List.<Texts>of().iterator(), 0))
        .withMessageContaining("batchRows: found 0, expected 1 or more");
  }
}
