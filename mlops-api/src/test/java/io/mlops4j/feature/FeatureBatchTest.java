package io.mlops4j.feature;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.feature.internal.BatchLending;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.OutOfMemoryException;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.util.AutoCloseables;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.Float4Vector;
import org.apache.arrow.vector.IntVector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.complex.FixedSizeListVector;
import org.apache.arrow.vector.complex.ListVector;
import org.apache.arrow.vector.complex.impl.UnionListWriter;
import org.apache.arrow.vector.dictionary.Dictionary;
import org.apache.arrow.vector.dictionary.DictionaryEncoder;
import org.apache.arrow.vector.dictionary.DictionaryProvider.MapDictionaryProvider;
import org.apache.arrow.vector.types.FloatingPointPrecision;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.DictionaryEncoding;
import org.apache.arrow.vector.types.pojo.FieldType;
import org.apache.arrow.vector.util.Text;
import org.apache.arrow.vector.util.TransferPair;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FeatureBatchTest {
  private final RootAllocator memory = new RootAllocator();

  @AfterEach
  void nothingIsLeftAllocated() {
    memory.close();
  }

  private FeatureBatch flights() {
    return FeatureBatch.builder(memory)
        .floats("distance", 2176f, Float.NaN, 0.5f)
        .strings("origin", "LAS", null, "früh ✈")
        .build();
  }

  private VectorSchemaRoot distances(float... values) {
    Float4Vector vector = new Float4Vector("distance", memory);
    vector.allocateNew(values.length);
    for (int i = 0; i < values.length; i++) {
      vector.set(i, values[i]);
    }
    vector.setValueCount(values.length);
    return VectorSchemaRoot.of(vector);
  }

  private static List<Object> values(FeatureBatch batch, String column) {
    return values(batch.column(column));
  }

  private static List<Object> values(FieldVector vector) {
    List<Object> values = new ArrayList<>();
    for (int i = 0; i < vector.getValueCount(); i++) {
      Object value = vector.getObject(i);
      values.add(value instanceof Text ? value.toString() : value);
    }
    return values;
  }

  private static final int THREADS = 4;

  private void inAllThreads(Callable<?> work) throws Exception {
    ExecutorService pool = Executors.newFixedThreadPool(THREADS);
    try {
      CountDownLatch start = new CountDownLatch(THREADS);
      List<Future<?>> done =
          IntStream.range(0, THREADS)
              .<Future<?>>mapToObj(
                  i ->
                      pool.submit(
                          () -> {
                            start.countDown();
                            start.await();
                            return work.call();
                          }))
              .toList();
      for (Future<?> each : done) {
        each.get();
      }
    } finally {
      pool.shutdownNow();
    }
  }

  @Nested
  class Building {
    @Test
    void everyKindOfColumnHoldsWhatWasGiven() {
      try (FeatureBatch batch =
          FeatureBatch.builder(memory)
              .floats("f", 0.1f, Float.NaN)
              .doubles("d", 0.1, Double.NEGATIVE_INFINITY)
              .shorts("s", Short.MIN_VALUE, Short.MAX_VALUE)
              .ints("i", Integer.MIN_VALUE, Integer.MAX_VALUE)
              .longs("l", Long.MIN_VALUE, Long.MAX_VALUE)
              .booleans("b", true, false)
              .strings("t", "", null)
              .build()) {
        assertThat(batch.rows()).isEqualTo(2);
        assertThat(values(batch, "f")).containsExactly(0.1f, Float.NaN);
        assertThat(values(batch, "d")).containsExactly(0.1, Double.NEGATIVE_INFINITY);
        assertThat(values(batch, "s")).containsExactly(Short.MIN_VALUE, Short.MAX_VALUE);
        assertThat(values(batch, "i")).containsExactly(Integer.MIN_VALUE, Integer.MAX_VALUE);
        assertThat(values(batch, "l")).containsExactly(Long.MIN_VALUE, Long.MAX_VALUE);
        assertThat(values(batch, "b")).containsExactly(true, false);
        assertThat(values(batch, "t")).containsExactly("", null);
        assertThat(batch).hasToString("2 rows of [f, d, s, i, l, b, t]");
      }
    }

    @Test
    void zeroRowsAndZeroColumnsAreBatches() {
      try (FeatureBatch none = FeatureBatch.builder(memory).build();
          FeatureBatch empty =
              FeatureBatch.builder(memory).floats("f").strings("t").booleans("b").build();
          FeatureBatch kept = empty.retain();
          FeatureBatch part = empty.slice(0, 0);
          FeatureBatch borrowed = FeatureBatch.of(empty.root());
          FeatureBatch copy = borrowed.retain()) {
        assertThat(none.rows()).isZero();
        assertThat(List.of(empty, kept, part, borrowed, copy))
            .allSatisfy(batch -> assertThat(batch.rows()).isZero());
        assertThat(values(copy, "t")).isEmpty();
      }
    }

    @Test
    void columnsOfDifferentLengthsAreNamedAndNothingIsAllocated() {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> FeatureBatch.builder(memory).floats("a", 1).ints("b", 1, 2).build())
          .withMessage(
              "column \"b\": found 2 rows, expected 1 as in column \"a\"; give each column one"
                  + " value for each row");
    }

    /** Which UTF-8 does not have: it would become a question mark. */
    @Test
    void halfOfASurrogatePairIsRefusedAndNothingStaysAllocated() {
      FeatureBatch.Builder half =
          FeatureBatch.builder(memory).floats("f", 1, 2).strings("t", "\uD83D\uDE00", "x\uD83D");
      assertThatThrownBy(half::build)
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("t: found half of a surrogate pair at 1, expected whole characters");
      assertThat(memory.getAllocatedMemory()).isZero();
    }

    @Test
    void aColumnGivenTwiceIsNamed() {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> FeatureBatch.builder(memory).floats("a", 1).ints("a", 1))
          .withMessageContaining("\"a\" twice");
    }

    @Test
    void nullArgumentsAreNamed() {
      assertThatThrownBy(() -> FeatureBatch.builder(null)).hasMessage("allocator");
      assertThatThrownBy(() -> FeatureBatch.builder(memory).ints(null, 1)).hasMessage("column");
    }

    @Test
    void whatWasAllocatedIsFreedWhenTheMemoryDoesNotSuffice() {
      try (RootAllocator small = new RootAllocator(100)) {
        assertThatThrownBy(
            () -> FeatureBatch.builder(small).floats("a", 1).floats("b", new float[1000]).build());
        assertThat(small.getAllocatedMemory()).isZero();
      }
    }
  }

  @Nested
  class Owning {
    @Test
    void movesTheColumnsAndLeavesTheRootEmptyAndUsable() {
      try (VectorSchemaRoot root = distances(1, 2);
          FeatureBatch batch = FeatureBatch.owning(root)) {
        assertThat(root.getRowCount()).isZero();
        assertThat(values(root.getVector(0))).isEmpty();
        ((Float4Vector) root.getVector(0)).setSafe(0, 99);
        root.setRowCount(1);
        assertThat(values(batch, "distance")).containsExactly(1f, 2f);
      }
    }

    @Test
    void retainIsASecondHandleOnTheSameMemory() {
      FeatureBatch batch = flights();
      long before = memory.getAllocatedMemory();
      FeatureBatch kept = batch.retain();
      assertThat(memory.getAllocatedMemory()).isEqualTo(before);
      assertThat(kept.column("distance").getDataBufferAddress())
          .isEqualTo(batch.column("distance").getDataBufferAddress());
      batch.close();
      assertThat(values(kept, "origin")).containsExactly("LAS", null, "früh ✈");
      kept.close();
      assertThat(memory.getAllocatedMemory()).isZero();
    }

    @Test
    void closingTwiceDoesNotTakeAnotherHandlesRows() {
      FeatureBatch batch = flights();
      try (FeatureBatch kept = batch.retain()) {
        batch.close();
        batch.close();
        assertThat(kept.rows()).isEqualTo(3);
      }
    }

    @Test
    void everyUseAfterCloseIsRefused() {
      FeatureBatch batch = flights();
      batch.close();
      assertThatIllegalStateException().isThrownBy(batch::rows);
      assertThatIllegalStateException().isThrownBy(batch::root);
      assertThatIllegalStateException().isThrownBy(batch::dictionaries);
      assertThatIllegalStateException().isThrownBy(batch::retain);
      assertThatIllegalStateException().isThrownBy(() -> batch.column("distance"));
      assertThatIllegalStateException().isThrownBy(() -> batch.slice(0, 1));
      assertThatIllegalStateException().isThrownBy(() -> batch.lend(memory));
      assertThat(batch).hasToString("closed batch");
    }

    @Test
    void anUnknownColumnIsAnsweredWithThoseThatThereAre() {
      try (FeatureBatch batch = flights()) {
        assertThatIllegalArgumentException()
            .isThrownBy(() -> batch.column("Distance"))
            .withMessage("column: found no \"Distance\", expected one of [distance, origin]");
      }
    }
  }

  @Nested
  class Borrowing {
    @Test
    void closingFreesNothingOfTheLenders() {
      try (VectorSchemaRoot root = distances(1, 2)) {
        FeatureBatch.of(root).close();
        assertThat(values(root.getVector(0))).containsExactly(1f, 2f);
      }
    }

    @Test
    void refillingTheRootAfterRetainDoesNotShowInWhatWasKept() {
      try (VectorSchemaRoot root = distances(1, 2);
          FeatureBatch borrowed = FeatureBatch.of(root);
          FeatureBatch kept = borrowed.retain()) {
        ((Float4Vector) root.getVector(0)).set(0, 99);
        assertThat(values(borrowed, "distance")).containsExactly(99f, 2f);
        assertThat(values(kept, "distance")).containsExactly(1f, 2f);
      }
    }

    @Test
    void aCopyOfACopyIsAHandle() {
      try (VectorSchemaRoot root = distances(1);
          FeatureBatch borrowed = FeatureBatch.of(root);
          FeatureBatch kept = borrowed.retain()) {
        long before = memory.getAllocatedMemory();
        kept.retain().close();
        assertThat(memory.getAllocatedMemory()).isEqualTo(before);
      }
    }

    @Test
    void lendDecidesWhereCopiesAreMade() {
      try (RootAllocator copies = new RootAllocator();
          VectorSchemaRoot root = distances(1, 2);
          FeatureBatch borrowed = FeatureBatch.of(root);
          FeatureBatch lent = borrowed.lend(copies)) {
        long before = memory.getAllocatedMemory();
        try (FeatureBatch kept = lent.retain()) {
          assertThat(copies.getAllocatedMemory()).isPositive();
          assertThat(memory.getAllocatedMemory()).isEqualTo(before);
          assertThat(values(kept, "distance")).containsExactly(1f, 2f);
        }
        try (FeatureBatch part = lent.slice(1, 1);
            FeatureBatch kept = part.retain()) {
          assertThat(copies.getAllocatedMemory()).isPositive();
          assertThat(values(kept, "distance")).containsExactly(2f);
        }
        assertThat(copies.getAllocatedMemory()).isZero();
      }
    }

    @Test
    void lendOfAnOwnedBatchKeepsItsRowsAlive() {
      FeatureBatch batch = flights();
      try (FeatureBatch lent = batch.lend(memory)) {
        batch.close();
        assertThat(values(lent, "distance")).containsExactly(2176f, Float.NaN, 0.5f);
      }
    }

    @Test
    void lendLaterKeepsRowsAliveWhoeverOwnsThem() {
      FeatureBatch later;
      try (VectorSchemaRoot root = distances(1, 2);
          FeatureBatch borrowed = FeatureBatch.of(root)) {
        later = borrowed.lendLater(memory);
        assertThat(later.root().getSchema()).isSameAs(root.getSchema());
      }
      assertThat(values(later, "distance")).containsExactly(1f, 2f);
      later.close();
      FeatureBatch owned = flights();
      try (FeatureBatch lent = owned.lendLater(memory)) {
        owned.close();
        assertThat(values(lent, "distance")).containsExactly(2176f, Float.NaN, 0.5f);
      }
    }

    @Test
    void rowsWithoutColumnsKeepTheirNumber() {
      try (VectorSchemaRoot root = new VectorSchemaRoot(List.of(), List.of(), 4);
          FeatureBatch borrowed = FeatureBatch.of(root);
          FeatureBatch kept = borrowed.retain();
          FeatureBatch part = kept.slice(1, 2)) {
        assertThat(kept.rows()).isEqualTo(4);
        assertThat(part.rows()).isEqualTo(2);
      }
    }

    @Test
    void nestedColumnsAreCopiedWithTheirChildren() {
      ListVector lists = ListVector.empty("tags", memory);
      FixedSizeListVector pairs = FixedSizeListVector.empty("pair", 2, memory);
      fill(lists, pairs);
      try (VectorSchemaRoot root = VectorSchemaRoot.of(lists, pairs);
          FeatureBatch borrowed = FeatureBatch.of(root);
          FeatureBatch kept = borrowed.retain();
          FeatureBatch part = kept.slice(1, 2);
          FeatureBatch borrowedPart = borrowed.slice(1, 2);
          FeatureBatch copiedPart = borrowedPart.retain()) {
        assertThat(values(kept, "tags")).hasToString("[[1,2], [], [3]]");
        assertThat(values(kept, "pair")).hasToString("[[1.0,2.0], [3.0,4.0], [5.0,6.0]]");
        assertThat(values(part, "tags")).hasToString("[[], [3]]");
        assertThat(values(copiedPart, "tags")).hasToString("[[], [3]]");
        assertThat(values(copiedPart, "pair")).hasToString("[[3.0,4.0], [5.0,6.0]]");
      }
    }

    private void fill(ListVector lists, FixedSizeListVector pairs) {
      UnionListWriter writer = lists.getWriter();
      int[][] rows = {{1, 2}, {}, {3}};
      for (int i = 0; i < rows.length; i++) {
        writer.setPosition(i);
        writer.startList();
        for (int value : rows[i]) {
          writer.writeInt(value);
        }
        writer.endList();
      }
      writer.setValueCount(3);
      pairs.addOrGetVector(
          FieldType.nullable(new ArrowType.FloatingPoint(FloatingPointPrecision.SINGLE)));
      pairs.allocateNew();
      for (int i = 0; i < 6; i++) {
        ((Float4Vector) pairs.getDataVector()).setSafe(i, i + 1);
        pairs.setNotNull(i / 2);
      }
      pairs.setValueCount(3);
    }
  }

  @Nested
  class Slicing {
    @Test
    void sharesTheRowsOfTheRange() {
      try (FeatureBatch batch = flights();
          FeatureBatch part = batch.slice(1, 2)) {
        assertThat(part.rows()).isEqualTo(2);
        assertThat(values(part, "distance")).containsExactly(Float.NaN, 0.5f);
        assertThat(values(part, "origin")).containsExactly(null, "früh ✈");
      }
    }

    @Test
    void outlivesTheBatchItCameFromAndIsSlicedOn() {
      FeatureBatch batch = flights();
      FeatureBatch part = batch.slice(1, 2);
      batch.close();
      try (FeatureBatch last = part.slice(1, 1);
          FeatureBatch kept = last.retain()) {
        part.close();
        assertThat(values(kept, "origin")).containsExactly("früh ✈");
      }
    }

    @ParameterizedTest
    @CsvSource({"0,4", "-1,1", "3,1", "1,-1", "2147483647,2"})
    void aRangeThatLeavesTheBatchIsRefused(int from, int rows) {
      try (FeatureBatch batch = flights()) {
        assertThatThrownBy(() -> batch.slice(from, rows))
            .isInstanceOf(IndexOutOfBoundsException.class);
      }
    }

    @Test
    void theEmptyRangeAtTheEndIsABatch() {
      try (FeatureBatch batch = flights();
          FeatureBatch end = batch.slice(3, 0)) {
        assertThat(end.rows()).isZero();
        assertThat(values(end, "origin")).isEmpty();
      }
    }
  }

  @Nested
  class Dictionaries {
    private final VarCharVector airports = new VarCharVector("airports", memory);
    private final MapDictionaryProvider provider = new MapDictionaryProvider();

    private VectorSchemaRoot encoded() {
      airports.allocateNew();
      airports.setSafe(0, new Text("LAS"));
      airports.setSafe(1, new Text("PHL"));
      airports.setValueCount(2);
      Dictionary dictionary =
          new Dictionary(airports, new DictionaryEncoding(7, false, new ArrowType.Int(32, true)));
      provider.put(dictionary);
      try (VarCharVector origin = new VarCharVector("origin", memory)) {
        origin.allocateNew();
        origin.setSafe(0, new Text("PHL"));
        origin.setSafe(1, new Text("LAS"));
        origin.setSafe(2, new Text("PHL"));
        origin.setValueCount(3);
        return VectorSchemaRoot.of((FieldVector) DictionaryEncoder.encode(origin, dictionary));
      }
    }

    private List<Object> decoded(FeatureBatch batch) {
      FieldVector codes = batch.column("origin");
      assertThat(codes).isInstanceOf(IntVector.class);
      try (FieldVector decoded =
          (FieldVector) DictionaryEncoder.decode(codes, batch.dictionaries().lookup(7))) {
        return values(decoded);
      }
    }

    @Test
    void travelWithOwnedRowsAndTheirSlices() {
      FeatureBatch part;
      try (VectorSchemaRoot root = encoded();
          FeatureBatch batch = FeatureBatch.owning(root, provider)) {
        part = batch.slice(1, 2);
      }
      provider.close();
      try (part;
          FeatureBatch kept = part.retain()) {
        assertThat(decoded(kept)).containsExactly("LAS", "PHL");
        assertThat(kept.dictionaries().getDictionaryIds()).containsExactly(7L);
      }
    }

    @Test
    void areCopiedWithBorrowedRows() {
      FeatureBatch kept;
      try (VectorSchemaRoot root = encoded();
          FeatureBatch borrowed = FeatureBatch.of(root, provider)) {
        assertThat(decoded(borrowed)).containsExactly("PHL", "LAS", "PHL");
        kept = borrowed.retain();
        airports.setSafe(0, new Text("XXX"));
      }
      provider.close();
      try (kept) {
        assertThat(decoded(kept)).containsExactly("PHL", "LAS", "PHL");
      }
    }

    @Test
    void aColumnThatCannotBeMovedLeavesTheRootAndTheDictionariesAsTheyWere() {
      try (VectorSchemaRoot codes = encoded();
          ListVector stuck = new Unmovable(memory);
          VectorSchemaRoot root = VectorSchemaRoot.of(codes.getVector(0), stuck)) {
        stuck.allocateNew();
        root.setRowCount(3);
        long before = memory.getAllocatedMemory();
        assertThatThrownBy(() -> FeatureBatch.owning(root, provider))
            .isInstanceOf(UnsupportedOperationException.class);
        assertThat(memory.getAllocatedMemory()).isEqualTo(before);
        assertThat(root.getVector(0).getValueCount()).isEqualTo(3);
      }
      provider.close();
    }

    private static final class Unmovable extends ListVector {
      Unmovable(BufferAllocator memory) {
        super("stuck", memory, FieldType.nullable(ArrowType.List.INSTANCE), null);
      }

      @Override
      public TransferPair getTransferPair(BufferAllocator into) {
        throw new UnsupportedOperationException("planted");
      }
    }

    @Test
    void aMissingOneIsRefusedAndNothingIsMoved() {
      try (VectorSchemaRoot root = encoded()) {
        assertThatIllegalArgumentException()
            .isThrownBy(() -> FeatureBatch.owning(root))
            .withMessageContaining("none with id 7");
        assertThatIllegalArgumentException()
            .isThrownBy(() -> FeatureBatch.of(root))
            .withMessageContaining("none with id 7");
        assertThat(root.getRowCount()).isEqualTo(3);
      }
      provider.close();
    }

    @Test
    void aMissingOneOfTheElementsOfAListIsRefused() {
      ArrowType.Int codes = new ArrowType.Int(32, true);
      DictionaryEncoding encoding = new DictionaryEncoding(9, false, codes);
      try (ListVector list = ListVector.empty("origins", memory)) {
        list.addOrGetVector(new FieldType(true, codes, encoding));
        VectorSchemaRoot root = VectorSchemaRoot.of(list);
        assertThatIllegalArgumentException()
            .isThrownBy(() -> FeatureBatch.of(root))
            .withMessageContaining("none with id 9");
      }
    }
  }

  @Nested
  class Late {
    private final AtomicInteger made = new AtomicInteger();
    private final AtomicInteger freed = new AtomicInteger();

    private FeatureBatch late(Supplier<VectorSchemaRoot> columns) {
      VectorSchemaRoot[] root = new VectorSchemaRoot[1];
      return BatchLending.late(
          3,
          () -> {
            made.incrementAndGet();
            root[0] = columns.get();
            return root[0];
          },
          () -> {
            freed.incrementAndGet();
            AutoCloseables.close(root);
          });
    }

    @Test
    void becomeColumnsWhenTheyAreRead() {
      try (FeatureBatch batch = late(() -> distances(1, 2, 3));
          FeatureBatch kept = batch.retain();
          FeatureBatch lent = BatchLending.lend(batch, memory)) {
        assertThat(kept.rows()).isEqualTo(3);
        assertThat(made).hasValue(0);
        assertThat(values(kept, "distance")).containsExactly(1f, 2f, 3f);
        try (FeatureBatch part = lent.slice(1, 2)) {
          assertThat(values(part, "distance")).containsExactly(2f, 3f);
        }
        assertThat(batch.root()).isSameAs(lent.root());
        assertThat(made).hasValue(1);
        assertThat(freed).hasValue(0);
      }
      assertThat(freed).hasValue(1);
    }

    @Test
    void areFreedIfNobodyReadsThem() {
      FeatureBatch batch = late(() -> distances(1, 2, 3));
      try (FeatureBatch kept = batch.retain()) {
        batch.close();
        assertThat(freed).hasValue(0);
        assertThat(kept.rows()).isEqualTo(3);
      }
      assertThat(freed).hasValue(1);
      assertThat(made).hasValue(0);
      assertThatIllegalStateException().isThrownBy(batch::root);
    }

    @Test
    void areTriedAgainAfterAFailure() {
      try (FeatureBatch batch =
          late(
              () -> {
                if (made.get() == 1) {
                  throw new OutOfMemoryException("planted");
                }
                return distances(1, 2, 3);
              })) {
        assertThatThrownBy(batch::root).isInstanceOf(OutOfMemoryException.class);
        assertThat(batch.rows()).isEqualTo(3);
        assertThat(values(batch, "distance")).containsExactly(1f, 2f, 3f);
      }
      assertThat(freed).hasValue(1);
    }

    @Test
    void becomeColumnsOnceIfManyThreadsReadThem() throws Exception {
      for (int round = 1; round <= 200; round++) {
        Queue<FeatureBatch> handles = new ConcurrentLinkedQueue<>();
        try (FeatureBatch batch = late(() -> distances(1, 2, 3))) {
          IntStream.range(0, THREADS).forEach(i -> handles.add(batch.retain()));
        }
        inAllThreads(
            () -> {
              try (FeatureBatch mine = handles.remove()) {
                return assertThat(values(mine, "distance")).containsExactly(1f, 2f, 3f);
              }
            });
        assertThat(made).hasValue(round);
        assertThat(freed).hasValue(round);
      }
    }
  }

  @Nested
  class ManyThreads {
    @Test
    void theLastOfManyHandlesFrees() throws Exception {
      FeatureBatch batch = flights();
      List<FeatureBatch> handles =
          IntStream.range(0, 100 * THREADS).mapToObj(i -> batch.retain()).toList();
      batch.close();
      AtomicInteger next = new AtomicInteger();
      inAllThreads(
          () -> {
            for (int i = next.getAndIncrement(); i < handles.size(); i = next.getAndIncrement()) {
              try (FeatureBatch mine = handles.get(i)) {
                assertThat(values(mine, "origin")).containsExactly("LAS", null, "früh ✈");
              }
            }
            return null;
          });
      assertThat(memory.getAllocatedMemory()).isZero();
    }

    @Test
    void oneHandleClosedByAllOfThemIsReleasedOnce() throws Exception {
      for (int round = 0; round < 200; round++) {
        FeatureBatch batch = flights();
        try (FeatureBatch kept = batch.retain()) {
          inAllThreads(
              () -> {
                batch.close();
                return null;
              });
          assertThat(values(kept, "distance")).containsExactly(2176f, Float.NaN, 0.5f);
        }
      }
    }

    @Test
    void aHandleTakenWhileTheLastOneClosesIsRefusedOrWhole() throws Exception {
      for (int round = 0; round < 200; round++) {
        FeatureBatch batch = flights();
        inAllThreads(
            () -> {
              try (FeatureBatch kept = batch.retain()) {
                assertThat(values(kept, "distance")).containsExactly(2176f, Float.NaN, 0.5f);
              } catch (IllegalStateException closed) {
                assertThat(closed).hasMessageContaining("the batch is closed");
              }
              batch.close();
              return null;
            });
        assertThat(memory.getAllocatedMemory()).isZero();
      }
    }
  }
}
