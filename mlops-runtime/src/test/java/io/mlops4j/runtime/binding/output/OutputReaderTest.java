package io.mlops4j.runtime.binding.output;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.error.InferenceException;
import io.mlops4j.model.ElementType;
import io.mlops4j.model.ModelSignature;
import io.mlops4j.model.SequenceSpec;
import io.mlops4j.model.TensorSpec;
import io.mlops4j.model.ValueSpec;
import io.mlops4j.runtime.binding.FakeSlot;
import io.mlops4j.spi.EngineValue;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.Float4Vector;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class OutputReaderTest {
  private static final TensorSpec Y = TensorSpec.ofAnyRank("y", ElementType.FLOAT32);
  private static final SequenceSpec PIECES =
      new SequenceSpec("pieces", TensorSpec.ofAnyRank("", ElementType.FLOAT32), false);

  private final RootAllocator memory = new RootAllocator();
  private final List<FakeSlot> slots = new ArrayList<>();
  private final List<OutputReader> readers = new ArrayList<>();

  @AfterEach
  void nothingIsLeft() {
    for (OutputReader reader : readers) {
      assertThat(reader.lent()).isZero();
      reader.close();
    }
    slots.forEach(FakeSlot::close);
    slots.forEach(slot -> assertThat(slot.memory.bytes()).isZero());
    memory.close();
  }

  private FakeSlot slot(ValueSpec... outputs) {
    FakeSlot slot = new FakeSlot(new ModelSignature(List.of(), List.of(outputs)), false);
    slots.add(slot);
    return slot;
  }

  private OutputReader reader(FakeSlot slot) {
    OutputReader reader = new OutputReader(slot.signature, slot.memory, 2);
    readers.add(reader);
    return reader;
  }

  @Test
  void callsOfTheSameShapesShareTheirLayout() {
    FakeSlot slot = slot(Y, TensorSpec.ofAnyRank("z", ElementType.FLOAT32));
    OutputReader reader = reader(slot);
    slot.outputs.add(slot.tensor(new long[] {2, 1}, 1, 2));
    slot.outputs.add(slot.tensor(new long[] {2}, 3, 4));
    Outputs first = reader.read(slot, 2, false);
    Outputs second = reader.read(slot, 2, false);
    assertThat(second.layout()).isSameAs(first.layout());
    EngineValue before = slot.outputs.set(1, slot.tensor(new long[] {3}, 5, 6, 7));
    Outputs third = reader.read(slot, 2, false);
    assertThat(third.shape(0)).containsExactly(2, 1);
    assertThat(third.shape(1)).containsExactly(3);
    assertThat(third.floats(1)).containsExactly(5, 6, 7);
    assertThat(first.shape(1)).containsExactly(2);
    assertThat(first.floats(1)).containsExactly(3, 4);
    slot.outputs.add(before); // freed with the others
    for (Outputs outputs : List.of(first, second, third)) {
      outputs.release();
    }
  }

  @Test
  void wholeOutputsAreTheRowOfTheOneRowAsked() {
    FakeSlot slot = slot(Y);
    OutputReader reader = reader(slot);
    slot.outputs.add(slot.tensor(new long[] {}, 7));
    Outputs whole = reader.read(slot, 1, true);
    Outputs stacked = reader.read(slot, 1, false);
    try (FieldVector vector = whole.vector(0, memory);
        FieldVector tensor = stacked.tensor(0, memory)) {
      assertThat(((Float4Vector) vector).get(0)).isEqualTo(7);
      assertThat(tensor.getValueCount()).isEqualTo(1);
      assertThatThrownBy(() -> stacked.vector(0, memory))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("output y: found the shape [], which is not one row for each of 1");
    } finally {
      whole.release();
      stacked.release();
    }
  }

  @Test
  void aSequenceOfTensorsOfSeveralRanksHasNoVector() {
    FakeSlot slot = slot(PIECES);
    OutputReader reader = reader(slot);
    slot.outputs.add(
        FakeSlot.sequence(slot.tensor(new long[] {2}, 1, 2), slot.tensor(new long[] {1, 1}, 3)));
    Outputs outputs = reader.read(slot, 1, false);
    assertThatThrownBy(() -> outputs.vector(0, memory))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("tensors of 1 and of 2 dimensions in one sequence");
    outputs.release();
  }

  @Test
  void anEmptySequenceIsAnEmptyList() {
    FakeSlot slot = slot(PIECES);
    OutputReader reader = reader(slot);
    slot.outputs.add(FakeSlot.sequence());
    Outputs outputs = reader.read(slot, 1, false);
    try (FieldVector vector = outputs.vector(0, memory)) {
      assertThat(vector.getValueCount()).isEqualTo(1);
      assertThat((List<?>) vector.getObject(0)).isEmpty();
    }
    outputs.release();
  }

  @Test
  void anAnswerToNoRowsHasNoColumnWhereARowWouldBeTooLong() {
    List<TensorSpec.Dim> dims =
        List.of(TensorSpec.Dim.symbol("N"), TensorSpec.Dim.of(65536), TensorSpec.Dim.of(65536));
    FakeSlot slot = slot(new TensorSpec("y", ElementType.FLOAT32, dims, false, false));
    Outputs none = reader(slot).empty();
    assertThat(none.shape(0)).containsExactly(0, 65536, 65536);
    assertThat(none.floats(0)).isEmpty();
    assertThat(none.isColumn(0)).isFalse();
    none.release();
  }

  @Test
  void moreThanABufferHoldsIsRefused() {
    FakeSlot slot = slot(Y);
    try (OutputMemoryPool pool = new OutputMemoryPool(slot.memory, 1)) {
      Outputs outputs = reader(slot).empty();
      assertThatThrownBy(() -> outputs.reserve(1L << 31, 0, pool))
          .isInstanceOf(InferenceException.class)
          .hasMessageContaining("split the batch");
      outputs.release();
    }
  }

  @Test
  void anAnswerOfAnotherKindThanDeclaredIsReported() {
    FakeSlot slot = slot(Y);
    OutputReader reader = reader(slot);
    slot.outputs.add(FakeSlot.sequence());
    assertThatThrownBy(() -> reader.read(slot, 1, false))
        .isInstanceOf(InferenceException.class)
        .hasMessage("output y: found SEQUENCE, expected y: float32[...]");
  }

  @Test
  void threadsWithOtherShapesDoNotDisturbEachOther() throws Exception {
    FakeSlot first = slot(Y);
    OutputReader reader = reader(first);
    List<Callable<Void>> tasks = new ArrayList<>();
    for (int rows = 1; rows <= 4; rows++) {
      FakeSlot slot = slot(Y);
      int own = rows;
      float[] values = new float[own * 3];
      java.util.Arrays.fill(values, own);
      slot.outputs.add(slot.tensor(new long[] {own, 3}, values));
      tasks.add(
          () -> {
            for (int turn = 0; turn < 2000; turn++) {
              Outputs outputs = reader.read(slot, own, false);
              assertThat(outputs.shape(0)).containsExactly(own, 3);
              assertThat(outputs.floats(0)).containsExactly(values);
              outputs.release();
            }
            return null;
          });
    }
    ExecutorService threads = Executors.newFixedThreadPool(4);
    try {
      for (Future<Void> done : threads.invokeAll(tasks)) {
        done.get();
      }
    } finally {
      threads.shutdown();
    }
  }
}
