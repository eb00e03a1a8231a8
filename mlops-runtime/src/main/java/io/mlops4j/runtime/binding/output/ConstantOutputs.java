package io.mlops4j.runtime.binding.output;

import io.mlops4j.error.InferenceException;
import io.mlops4j.runtime.binding.output.ConstantRow.Column;
import io.mlops4j.runtime.memory.DirectMemory;
import io.mlops4j.runtime.memory.Native;
import java.util.List;
import java.util.stream.LongStream;

/** Answers whose rows are all the same, without a model. Thread safe. */
public final class ConstantOutputs implements AutoCloseable {
  private static final long LARGEST = Integer.MAX_VALUE - DirectMemory.ALIGNMENT;

  private final ConstantRow constant;
  private final List<OutputPlan> plans;
  private final OutputMemoryPool pool;

  /**
   * Prepares the answers.
   *
   * @param constant the values of each row
   * @param memory where answers are allocated
   * @param kept the number of answers whose memory is kept for later ones, 0 or more
   */
  public ConstantOutputs(ConstantRow constant, DirectMemory memory, int kept) {
    this.constant = constant;
    this.plans = constant.columns().stream().map(Column::plan).toList();
    this.pool = new OutputMemoryPool(memory, kept);
  }

  /**
   * Returns the values once for each row.
   *
   * @param rows the number of rows, 0 or more
   * @return the answers; the caller releases them
   * @throws InferenceException if so much memory cannot be allocated
   */
  public Outputs of(int rows) {
    OutputLayout layout = new OutputLayout(plans.size(), rows, false);
    long used = 0;
    for (int i = 0; i < plans.size(); i++) {
      Column column = constant.columns().get(i);
      layout.set(i, used, shape(column, rows));
      used = aligned(used + bytes(column, rows));
      if (used > LARGEST) {
        throw new InferenceException(
            "default prediction: found more than %d bytes in all, expected less than 2 GiB in one call; split the batch"
                .formatted(LARGEST),
            null);
      }
    }
    OutputMemory memory = pool.take(used);
    for (int i = 0; i < plans.size(); i++) {
      fill(constant.columns().get(i), memory.address() + layout.start(i), rows);
    }
    return new Outputs(plans, layout, memory);
  }

  private static long[] shape(Column column, int rows) {
    return LongStream.concat(LongStream.of(rows), column.dims().stream().mapToLong(Long::longValue))
        .toArray();
  }

  private static long bytes(Column column, long rows) {
    long offsets = column.isText() ? 4 * (rows * column.width() + 1) : 0;
    return offsets + rows * column.row().length;
  }

  private static long aligned(long bytes) {
    return bytes + DirectMemory.ALIGNMENT - 1 & -DirectMemory.ALIGNMENT;
  }

  /** The elements; those of text follow their offsets, which are one more. */
  private static void fill(Column column, long to, int rows) {
    long elements = to;
    if (column.isText()) {
      int offset = 0;
      long next = to;
      Native.putInt(next, 0);
      for (int row = 0; row < rows; row++) {
        for (byte[] text : column.elements()) {
          next += 4;
          offset += text.length;
          Native.putInt(next, offset);
        }
      }
      elements = next + 4;
    }
    byte[] row = column.row();
    for (int i = 0; i < rows; i++) {
      Native.copy(row, 0, elements + (long) i * row.length, row.length);
    }
  }

  /** Frees idle memory now, and memory in use when it is returned. */
  @Override
  public void close() {
    pool.close();
  }
}
