package io.mlops4j.runtime.binding;

import io.mlops4j.error.ModelInputException;
import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.spi.EngineSlot;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.arrow.vector.VectorSchemaRoot;

/**
 * Fills the inputs of one slot from batches. Its memory is kept between calls, so a call with
 * numbers allocates nothing. For one call at a time, like the slot.
 */
public final class SlotInputs {
  private final BatchBinder binder;
  private final EngineSlot slot;
  private final InputColumns[] inputs;
  private final JoinedInput[] joined;
  private final long[] symbols;

  SlotInputs(BatchBinder binder, List<InputPlan> plans, int symbols, EngineSlot slot) {
    this.binder = binder;
    this.slot = slot;
    this.inputs = plans.stream().map(InputColumns::new).toArray(InputColumns[]::new);
    this.joined =
        IntStream.range(0, inputs.length)
            .mapToObj(i -> new JoinedInput(plans.get(i), inputs[i]))
            .toArray(JoinedInput[]::new);
    this.symbols = new long[symbols];
  }

  /**
   * Checks a batch of at least one row, then writes it.
   *
   * @param batch the rows, which must not change until the slot has run
   * @return whether the only row is the whole of an input
   * @throws io.mlops4j.error.ModelInputException if the model cannot take the rows; the slot must
   *     then be recycled without a run
   */
  public boolean bind(FeatureBatch batch) {
    VectorSchemaRoot root = batch.root();
    ColumnLayout layout = binder.layout(root.getSchema());
    int rows = root.getRowCount();
    if (inputs.length == 0) {
      requireOneRow(rows);
      return true;
    }
    boolean whole = check(batch, root, layout, rows);
    for (InputColumns input : inputs) {
      input.write(slot);
    }
    return whole;
  }

  private boolean check(FeatureBatch batch, VectorSchemaRoot root, ColumnLayout layout, int rows) {
    Arrays.fill(symbols, -1);
    boolean whole = false;
    for (int i = 0; i < inputs.length; i++) {
      whole |= inputs[i].check(root, layout.cells(i), rows, batch.dictionaries(), symbols);
    }
    return whole;
  }

  /**
   * Checks the batches of one run, and writes their rows in the order of the batches.
   *
   * @param batches batches of equal shapes, which must not change until the slot has run
   * @throws io.mlops4j.error.ModelInputException if the model cannot take one of them. The model
   *     did not run; bind each batch alone to find out which one it is
   */
  public void bind(List<JoinableBatch> batches) {
    int rows = batches.stream().mapToInt(JoinableBatch::rows).sum();
    for (int i = 0; i < batches.size(); i++) {
      JoinableBatch batch = batches.get(i);
      if (check(batch.batch(), batch.batch().root(), batch.layout(), batch.rows())) {
        throw new IllegalStateException("a batch that is a whole input was joined with others");
      }
      if (i == 0) {
        Arrays.fill(symbols, -1);
        for (JoinedInput input : joined) {
          input.begin(slot, rows, symbols);
        }
      }
      for (JoinedInput input : joined) {
        input.add();
      }
    }
    for (JoinedInput input : joined) {
      input.end(slot);
    }
  }

  /**
   * A model without inputs accepts exactly one row, because there is no input that sets the number
   * of rows.
   */
  static void requireOneRow(int rows) {
    if (rows != 1) {
      throw new ModelInputException(
          "batch", rows + " rows", "one row, because the model has no inputs");
    }
  }

  /** Drops the references to the last batch. */
  public void release() {
    for (InputColumns input : inputs) {
      input.release();
    }
  }

  static String nulls(int count, int first) {
    return count == 1 ? "a null in row " + first : count + " nulls, the first in row " + first;
  }
}
