package io.mlops4j.runtime.binding.record;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.ValueVector;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Records become columns. */
@SuppressWarnings("ArrayRecordComponent")
class RecordRowsTest {
  record All(
      byte b,
      String text,
      short s,
      int i,
      boolean flag,
      long l,
      @Nullable Double boxed,
      float f,
      double d,
      int[] many) {}

  private static <I extends Record> RecordColumns<I> columns(Class<I> type) {
    Map<String, RecordComponent> components = new LinkedHashMap<>();
    for (RecordComponent component : type.getRecordComponents()) {
      components.put(component.getName(), component);
    }
    return RecordColumns.of(MethodHandles.lookup(), components);
  }

  private static All row(int i) {
    return new All(
        (byte) -i,
        "t" + i,
        (short) (i * 1000),
        -i * 100_000,
        i % 3 == 0,
        i * 10_000_000_000L,
        i % 2 == 0 ? null : i / 4.0,
        i / 8f,
        -i / 16.0,
        new int[] {i, i + 1});
  }

  @Test
  void everyTypeIsWrittenAsItIs() {
    try (RootAllocator allocator = new RootAllocator()) {
      RecordColumns<All> columns = columns(All.class);
      assertThat(columns.areNumbers()).isFalse();
      RecordRows<All> rows = columns.rows(30, allocator);
      for (int i = 0; i < 21; i++) { // not a multiple of eight
        rows.set(i, row(i));
      }
      List<FieldVector> vectors = rows.end(21);
      assertThat(vectors).allMatch(vector -> vector.getValueCount() == 21);
      for (int i = 0; i < 21; i++) {
        int row = i;
        assertThat(vectors.stream().map(vector -> String.valueOf(vector.getObject(row))))
            .containsExactly(
                "" + -i,
                "t" + i,
                "" + i * 1000,
                "" + -i * 100_000,
                "" + (i % 3 == 0),
                "" + i * 10_000_000_000L,
                i % 2 == 0 ? "null" : "" + i / 4.0,
                "" + i / 8f,
                "" + -i / 16.0,
                "[" + i + "," + (i + 1) + "]");
      }
      assertThat(vectors.get(0).getNullCount()).isZero();
      assertThat(vectors.get(0).getValidityBuffer().getByte(2)).isEqualTo((byte) 0b11111);
      vectors.forEach(ValueVector::close);
    }
  }

  record Wide(int x) {}

  @Test
  void columnsHaveRoomForTheirCapacityOnly() {
    try (RootAllocator allocator = new RootAllocator();
        RecordRows<Wide> rows = columns(Wide.class).rows(4, allocator)) {
      rows.set(3, new Wide(3));
      assertThatThrownBy(() -> rows.set(4, new Wide(4)))
          .isInstanceOf(IndexOutOfBoundsException.class);
    }
  }

  record Seen(List<Long> offsets, List<Integer> numbers) {}

  static void add(int number, long offset, Seen into) {
    into.numbers().add(number);
    into.offsets().add(offset);
  }

  @Test
  void handlesRunInTheirOrderHoweverManyThereAre() throws Throwable {
    MethodHandle add =
        MethodHandles.lookup()
            .findStatic(
                RecordRowsTest.class,
                "add",
                MethodType.methodType(void.class, int.class, long.class, Seen.class));
    for (int count : new int[] {0, 1, 2, 15, 16, 17, 32, 33, 300}) {
      List<MethodHandle> handles =
          IntStream.range(0, count)
              .mapToObj(i -> MethodHandles.insertArguments(add, 0, i))
              .toList();
      long[] offsets = LongStream.range(0, count).map(i -> 7 * i).toArray();
      Seen seen = new Seen(new ArrayList<>(), new ArrayList<>());
      WriterHandles.inOrder(handles, offsets).write(1000, seen);
      Integer[] numbers = new Integer[count];
      Arrays.setAll(numbers, i -> i);
      assertThat(seen.numbers()).containsExactly(numbers);
      Long[] written = new Long[count];
      Arrays.setAll(written, i -> 1000 + 7L * i);
      assertThat(seen.offsets()).containsExactly(written);
    }
  }
}
