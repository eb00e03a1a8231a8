package io.mlops4j.runtime.onnx;

import io.mlops4j.runtime.memory.DirectMemory;
import io.mlops4j.runtime.onnx.tree.TreeEnsemble;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** Runs a model of trees on the memory of a slot. */
final class TreeSlot implements AutoCloseable {
  private final TreeEnsemble trees;
  private final TreeEnsemble.Evaluator evaluator;
  private final OnnxInput input;
  private final @Nullable OnnxOutput scores;
  private final @Nullable OnnxOutput labels;
  private final byte[][] texts;
  private final SlotMemory textNumbers;
  private long[] scoreDims = {};
  private long[] labelDims = {};

  TreeSlot(TreeModel model, OnnxInput input, List<OnnxOutput> outputs, DirectMemory memory) {
    this.trees = model.trees();
    this.evaluator = trees.evaluator();
    this.input = input;
    this.scores = model.scores() < 0 ? null : outputs.get(model.scores());
    this.labels = model.labels() < 0 ? null : outputs.get(model.labels());
    this.texts =
        trees.texts().stream()
            .map(text -> text.getBytes(StandardCharsets.UTF_8))
            .toArray(byte[][]::new);
    this.textNumbers = new SlotMemory(memory);
  }

  /** Whether the input has enough features; if not, ONNX Runtime says what it misses. */
  boolean fits() {
    long[] dims = input.dims();
    return dims.length == 2 && dims[1] >= trees.features();
  }

  /** Whether memory of the outputs must move, which invalidates every tensor over it. */
  boolean mustGrow() {
    long rows = input.dims()[0];
    if (labelDims.length == 0 || labelDims[0] != rows) {
      labelDims = new long[] {rows};
      scoreDims = new long[] {rows, trees.targets()};
    }
    return (scores != null && scores.tensor().mustGrow(scoreDims))
        || (labels != null && texts.length == 0 && labels.tensor().mustGrow(labelDims));
  }

  void grow() {
    if (scores != null && scores.tensor().mustGrow(scoreDims)) {
      scores.tensor().grow(scoreDims);
    }
    if (labels != null && texts.length == 0 && labels.tensor().mustGrow(labelDims)) {
      labels.tensor().grow(labelDims);
    }
  }

  /** Returns false if the run was cancelled. */
  boolean run(BooleanSupplier cancelled) {
    long[] dims = input.dims();
    long labelNumbers = labels == null ? 0 : labelNumbers(labels.tensor());
    boolean done =
        evaluator.run(
            (int) dims[0],
            (int) dims[1],
            input.readAddress(),
            scores == null ? 0 : scores.tensor().address(),
            labelNumbers,
            cancelled);
    if (done && scores != null) {
      scores.tensor().written(scoreDims);
    }
    if (done && labels != null) {
      if (texts.length == 0) {
        labels.tensor().written(labelDims);
      } else {
        labels.tensor().write(texts, labelNumbers, labelDims);
      }
    }
    return done;
  }

  private long labelNumbers(TensorMemory labels) {
    if (texts.length == 0) {
      return labels.address();
    }
    long bytes = Long.BYTES * labelDims[0];
    if (!textNumbers.holds(bytes)) {
      textNumbers.grow(bytes);
    }
    return textNumbers.address();
  }

  @Override
  public void close() {
    textNumbers.close();
  }
}
