package io.mlops4j.runtime.binding;

import io.mlops4j.error.ModelInputException;
import io.mlops4j.spi.EngineSlot;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** One input that is filled with the rows of several batches. */
final class JoinedInput {
  private final InputPlan plan;
  private final InputColumns columns;
  private long[] dims = {};
  private long next;
  private String @Nullable [] texts;
  private int written;

  JoinedInput(InputPlan plan, InputColumns columns) {
    this.plan = plan;
    this.columns = columns;
  }

  /** Sets the shape: that of the first batch, which was checked last, with all rows. */
  void begin(EngineSlot slot, int rows, long[] symbols) {
    dims = columns.dims().clone();
    dims[0] = rows;
    plan.check(dims, false, rows, symbols);
    slot.shape(plan.input(), dims);
    if (plan.isText()) {
      texts = new String[rows * columns.width()];
      written = 0;
    } else {
      next = slot.address(plan.input());
    }
  }

  /** Writes the rows of the batch that was checked last. */
  void add() {
    long[] found = columns.dims();
    if (found.length != dims.length
        || !Arrays.equals(found, 1, found.length, dims, 1, dims.length)) {
      throw new ModelInputException(
          "batch",
          "rows of " + Arrays.toString(found),
          Arrays.toString(dims) + " like the other batches of the run");
    }
    if (texts != null) {
      written += columns.copyTexts(texts, written);
    } else {
      columns.writeTo(next);
      next += columns.bytes();
    }
  }

  void end(EngineSlot slot) {
    if (texts != null) {
      slot.strings(plan.input(), new ColumnTexts(texts));
      texts = null;
    }
  }
}
