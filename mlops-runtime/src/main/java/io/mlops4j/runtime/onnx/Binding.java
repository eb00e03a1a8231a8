package io.mlops4j.runtime.onnx;

import ai.onnxruntime.OrtException;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The tensors of one combination of shapes, over a slot's memory. They are built once and used for
 * every run of these shapes. They become invalid when that memory moves.
 *
 * <p>An output whose shape is known before the run is pinned: ONNX Runtime writes it into the
 * slot's memory. Any other output is copied there after the run.
 */
abstract class Binding implements AutoCloseable {
  protected final List<OnnxInput> inputs;
  protected final List<OnnxOutput> outputs;
  protected final boolean[] wanted;
  protected final long[] @Nullable [] pinnedDims;

  /** Null for an input that is absent. */
  private final long[] @Nullable [] inputDims;

  /** For each pinned output, how often its memory had moved when it was pinned. */
  private final int[] pinnedMoves;

  private final boolean pins;
  private final boolean copies;

  private long @Nullable [] @Nullable [] learned;

  /**
   * Takes the shapes; the memory of all inputs and of the pinned outputs is big enough.
   *
   * @param pinnedDims a shape for each wanted output that is to be pinned, null for the others
   */
  Binding(List<OnnxInput> inputs, List<OnnxOutput> outputs, long[] @Nullable [] pinnedDims) {
    this.inputs = inputs;
    this.outputs = outputs;
    this.pinnedDims = pinnedDims;
    this.pinnedMoves = new int[pinnedDims.length];
    this.inputDims =
        inputs.stream().map(input -> input.isAbsent() ? null : input.dims()).toArray(long[][]::new);
    this.wanted = wanted(outputs);
    boolean found = false;
    boolean missing = false;
    for (int i = 0; i < wanted.length; i++) {
      if (pinnedDims[i] != null) {
        found = true;
        pinnedMoves[i] = outputs.get(i).tensor().moves();
      } else {
        missing |= wanted[i];
      }
    }
    pins = found;
    copies = missing;
  }

  private static boolean[] wanted(List<OnnxOutput> outputs) {
    boolean[] wanted = new boolean[outputs.size()];
    for (int i = 0; i < wanted.length; i++) {
      wanted[i] = outputs.get(i).wanted();
    }
    return wanted;
  }

  /**
   * Returns whether it was built for the outputs that are wanted now, over memory that has not
   * moved. Copying an output that another binding does not pin may have moved it.
   */
  final boolean matches() {
    for (int i = 0; i < inputDims.length; i++) {
      long[] dims = inputDims[i];
      OnnxInput input = inputs.get(i);
      if (dims == null ? !input.isAbsent() : !input.hasShape(dims)) {
        return false;
      }
    }
    for (int i = 0; i < pinnedDims.length; i++) {
      if (pinnedDims[i] != null && outputs.get(i).tensor().moves() != pinnedMoves[i]) {
        return false;
      }
    }
    return Arrays.equals(wanted, wanted(outputs));
  }

  final boolean pins() {
    return pins;
  }

  /**
   * Runs the model.
   *
   * @param borrows whether an input borrows the caller's memory for this run
   */
  final void run(boolean borrows) throws OrtException {
    call(borrows);
    for (int i = 0; i < wanted.length; i++) {
      long[] dims = pinnedDims[i];
      if (dims != null) {
        outputs.get(i).tensor().written(dims);
      }
    }
    if (copies) {
      learn();
    }
  }

  /** Runs the model, and copies the outputs that are wanted but not pinned. */
  abstract void call(boolean borrows) throws OrtException;

  /**
   * Marks the outputs that had another shape, in a run without pinning, than the pinned one.
   *
   * @return whether there was one
   */
  final boolean unlearn() {
    boolean found = false;
    for (int i = 0; i < wanted.length; i++) {
      if (pinnedDims[i] != null
          && !Arrays.equals(pinnedDims[i], outputs.get(i).tensor().view().dims())) {
        outputs.get(i).markDynamic();
        found = true;
      }
    }
    return found;
  }

  /**
   * Returns the shapes to pin from the next run on: the shapes that are pinned already, and those
   * of the copied outputs.
   *
   * @return null if nothing new was seen
   */
  final long @Nullable [] @Nullable [] learned() {
    return learned;
  }

  private void learn() {
    for (int i = 0; i < wanted.length; i++) {
      OnnxOutput output = outputs.get(i);
      if (pinnedDims[i] == null && output.canBePinned()) {
        long[] dims = output.tensor().view().dims();
        if (output.isDeclared(dims)) {
          learned = learned == null ? pinnedDims.clone() : learned;
          learned[i] = dims;
        } else {
          output.markDynamic();
        }
      }
    }
  }

  @Override
  public abstract void close();
}
