package io.mlops4j.runtime.onnx;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.OrtSession.RunOptions;
import io.mlops4j.runtime.onnx.UnsignedTensors.UnsignedTensor;
import io.mlops4j.runtime.onnx.graph.ElementTypes;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The tensors of one combination of shapes, over a slot's memory. They are built once and used for
 * every run of these shapes. They become invalid when that memory moves.
 *
 * <p>An output whose shape is known before the run is pinned: ONNX Runtime writes it into the
 * slot's memory. Any other output is copied there after the run.
 */
final class Binding implements AutoCloseable {
  private final List<OnnxInput> inputs;
  private final List<OnnxOutput> outputs;
  private final long[][] inputDims;
  private final boolean[] wanted;
  private final long[] @Nullable [] pinnedDims;

  /** For each pinned output, how often its memory had moved when it was pinned. */
  private final int[] pinnedMoves;

  private final Map<String, @Nullable OnnxTensor> feeds = new LinkedHashMap<>();
  private final List<@Nullable OnnxTensor> own = new ArrayList<>();
  private final Map<String, OnnxTensor> pinned = new LinkedHashMap<>();
  private final Set<String> copied = new LinkedHashSet<>();
  private final List<OnnxTensor> tensors = new ArrayList<>();
  private final List<UnsignedTensor> copies = new ArrayList<>();
  private final boolean text;

  /** Whether the feeds contain a tensor over memory that was borrowed for one run. */
  private boolean foreign;

  private long @Nullable [] @Nullable [] learned;

  /**
   * Builds the tensors; the memory of all inputs and of the pinned outputs is big enough.
   *
   * @param pinnedDims a shape for each wanted output that is to be pinned, null for the others
   */
  Binding(
      List<OnnxInput> inputs,
      List<OnnxOutput> outputs,
      long[] @Nullable [] pinnedDims,
      OnnxModel model)
      throws OrtException {
    this.inputs = inputs;
    this.outputs = outputs;
    this.pinnedDims = pinnedDims;
    this.pinnedMoves = new int[pinnedDims.length];
    this.inputDims = inputs.stream().map(OnnxInput::dims).toArray(long[][]::new);
    this.wanted = wanted(outputs);
    this.text = inputs.stream().anyMatch(OnnxInput::isText);
    boolean built = false;
    try {
      build(model.environment(), model.unsigned());
      built = true;
    } finally {
      if (!built) {
        close();
      }
    }
  }

  private static boolean[] wanted(List<OnnxOutput> outputs) {
    boolean[] wanted = new boolean[outputs.size()];
    for (int i = 0; i < wanted.length; i++) {
      wanted[i] = outputs.get(i).wanted();
    }
    return wanted;
  }

  private void build(OrtEnvironment environment, UnsignedTensors unsigned) throws OrtException {
    for (OnnxInput input : inputs) {
      OnnxTensor tensor = input.isText() ? null : fed(input, environment, unsigned);
      own.add(tensor);
      feeds.put(input.name(), tensor);
    }
    for (int i = 0; i < wanted.length; i++) {
      OnnxOutput output = outputs.get(i);
      long[] dims = pinnedDims[i];
      if (dims != null) {
        pinned.put(output.fetched(), kept(output.tensor().tensor(dims, environment)));
        pinnedMoves[i] = output.tensor().moves();
      } else if (wanted[i]) {
        copied.add(output.fetched());
      }
    }
  }

  private OnnxTensor fed(OnnxInput input, OrtEnvironment environment, UnsignedTensors unsigned)
      throws OrtException {
    OnnxTensor tensor = kept(input.tensor(environment));
    if (ElementTypes.canBeMade(input.type())) {
      return tensor;
    }
    UnsignedTensor copy = unsigned.of(input.type(), tensor);
    copies.add(copy);
    return kept(copy.unsigned());
  }

  private OnnxTensor kept(OnnxTensor tensor) {
    tensors.add(tensor);
    return tensor;
  }

  /**
   * Returns whether it was built for the outputs that are wanted now, over memory that has not
   * moved. Copying an output that another binding does not pin may have moved it.
   */
  boolean matches() {
    for (int i = 0; i < inputDims.length; i++) {
      if (!inputs.get(i).hasShape(inputDims[i])) {
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

  boolean pins() {
    return !pinned.isEmpty();
  }

  /**
   * Runs the model.
   *
   * @param borrows whether an input borrows the caller's memory for this run
   */
  void run(OrtSession session, RunOptions options, boolean borrows) throws OrtException {
    if (text) {
      feedText();
    }
    if (borrows || foreign) {
      feedNumbers();
    }
    for (UnsignedTensor copy : copies) {
      copy.refresh();
    }
    try (OrtSession.Result result = session.run(feeds, copied, pinned, options)) {
      for (int i = 0; i < wanted.length; i++) {
        long[] dims = pinnedDims[i];
        if (dims != null) {
          outputs.get(i).tensor().written(dims);
        } else if (wanted[i]) {
          outputs.get(i).copy(result.get(outputs.get(i).fetched()).orElseThrow());
        }
      }
    }
    if (!copied.isEmpty()) {
      learn();
    }
  }

  /** A tensor over borrowed memory is fed only in the run for which the memory was borrowed. */
  private void feedNumbers() {
    foreign = false;
    for (int i = 0; i < inputDims.length; i++) {
      OnnxInput input = inputs.get(i);
      if (!input.isText()) {
        OnnxTensor borrowed = input.borrowed();
        feeds.put(input.name(), borrowed == null ? own.get(i) : borrowed);
        foreign |= borrowed != null;
      }
    }
  }

  private void feedText() {
    for (OnnxInput input : inputs) {
      if (input.isText()) {
        feeds.put(input.name(), input.textTensor());
      }
    }
  }

  /**
   * Marks the outputs that had another shape, in a run without pinning, than the pinned one.
   *
   * @return whether there was one
   */
  boolean unlearn() {
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
  long @Nullable [] @Nullable [] learned() {
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
  public void close() {
    tensors.forEach(OnnxTensor::close);
    tensors.clear();
  }
}
