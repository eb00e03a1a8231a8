package io.mlops4j.runtime.onnx.foreign;

import ai.onnxruntime.OrtException;
import io.mlops4j.runtime.memory.Native;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The names and tensors of repeated runs. A run allocates nothing in Java. Not thread safe.
 *
 * <p>If the memory of every output is given, inputs and outputs are bound once, which spares ONNX
 * Runtime work in each run. Otherwise names and tensors are passed in each run, and ONNX Runtime
 * allocates the outputs without memory.
 */
public final class ForeignCall implements AutoCloseable {
  private final ForeignSession session;
  private final Scratch scratch;
  private final int inputs;
  private final int outputs;
  private final long inputNames;
  private final long inputValues;
  private final long outputNames;
  private final long outputValues;
  private final boolean[] given;
  private final List<@Nullable ForeignTensor> tensors;
  private @Nullable Handle binding;
  private boolean replaced;

  /**
   * Prepares runs.
   *
   * @param session the session, which is closed after this
   * @param inputNames the name of each input
   * @param inputs the tensor of each input, or null if {@link #replace} sets it before each run;
   *     they stay the caller's and outlive this
   * @param outputNames the names of the outputs to compute
   * @param outputs the tensor of each output, or null if ONNX Runtime allocates it; they stay the
   *     caller's and outlive this
   * @throws OrtException if ONNX Runtime refuses a name or tensor
   */
  public ForeignCall(
      ForeignSession session,
      List<String> inputNames,
      List<@Nullable ForeignTensor> inputs,
      List<String> outputNames,
      List<@Nullable ForeignTensor> outputs)
      throws OrtException {
    Objects.checkIndex(inputNames.size(), inputs.size() + 1);
    Objects.checkIndex(outputNames.size(), outputs.size() + 1);
    this.session = session;
    this.scratch = new Scratch(session.runtime().memory());
    this.tensors = new ArrayList<>(inputs);
    this.inputs = inputs.size();
    this.outputs = outputs.size();
    this.given = new boolean[this.outputs];
    boolean allocated = false;
    try {
      this.inputNames = names(inputNames);
      this.inputValues = scratch.longs(new long[this.inputs]);
      this.outputNames = names(outputNames);
      this.outputValues = scratch.longs(new long[this.outputs]);
      allocated = true;
    } finally {
      if (!allocated) {
        scratch.close(); // close() would read arrays that are not there
      }
    }
    boolean prepared = false;
    try {
      prepare(outputs);
      prepared = true;
    } finally {
      if (!prepared) {
        close();
      }
    }
  }

  private long names(List<String> names) {
    return scratch.longs(names.stream().mapToLong(scratch::text).toArray());
  }

  private void prepare(List<@Nullable ForeignTensor> pinned) throws OrtException {
    boolean all = outputs > 0;
    for (int i = 0; i < inputs; i++) {
      put(inputValues, i, own(i));
      all &= own(i) != 0;
    }
    for (int i = 0; i < outputs; i++) {
      ForeignTensor tensor = pinned.get(i);
      given[i] = tensor != null;
      all &= given[i];
      put(outputValues, i, tensor == null ? 0 : tensor.address());
    }
    if (all) {
      bind();
    }
  }

  private long own(int input) {
    ForeignTensor tensor = tensors.get(input);
    return tensor == null ? 0 : tensor.address();
  }

  private void bind() throws OrtException {
    long address =
        scratch.result(out -> OrtApi.call(OrtApi.CREATE_IO_BINDING, session.address(), out));
    binding = new Handle("binding", OrtApi.RELEASE_IO_BINDING, address);
    for (int i = 0; i < inputs; i++) {
      OrtApi.call(OrtApi.BIND_INPUT, address, get(inputNames, i), get(inputValues, i));
    }
    for (int i = 0; i < outputs; i++) {
      OrtApi.call(OrtApi.BIND_OUTPUT, address, get(outputNames, i), get(outputValues, i));
    }
  }

  private static long get(long array, int index) {
    return Native.getLong(array + (long) Long.BYTES * index);
  }

  private static void put(long array, int index, long value) {
    Native.putLong(array + (long) Long.BYTES * index, value);
  }

  /**
   * Replaces the tensor of an input, or returns to its own.
   *
   * @param input the input's index
   * @param tensor the tensor that the next runs read, or null for the input's own
   */
  public void replace(int input, @Nullable ForeignTensor tensor) {
    Objects.checkIndex(input, inputs);
    put(inputValues, input, tensor == null ? own(input) : tensor.address());
    replaced = false;
    for (int i = 0; i < inputs; i++) {
      replaced |= get(inputValues, i) != own(i);
    }
  }

  /**
   * Runs the model.
   *
   * @param options through which another thread can end the run
   * @throws OrtException if ONNX Runtime fails
   */
  public void run(ForeignRunOptions options) throws OrtException {
    Handle bound = binding;
    if (bound != null && !replaced) {
      OrtApi.runWithBinding(session.address(), options.address(), bound.address());
      return;
    }
    drop();
    OrtApi.run(
        session.address(),
        options.address(),
        inputNames,
        inputValues,
        inputs,
        outputNames,
        outputs,
        outputValues);
  }

  /**
   * Returns an output that ONNX Runtime allocated in the last run.
   *
   * @param output the output's index
   * @return the output, valid until {@link #drop} or the next run
   * @throws OrtException if ONNX Runtime fails
   */
  public ForeignOutput output(int output) throws OrtException {
    Objects.checkIndex(output, outputs);
    long value = get(outputValues, output);
    if (given[output] || value == 0) {
      throw new IllegalStateException("output " + output + ": found no value of the last run");
    }
    return ForeignOutput.of(session.runtime().memory(), value);
  }

  /** Releases the outputs that ONNX Runtime allocated in the last run. */
  public void drop() {
    for (int i = 0; i < outputs; i++) {
      long value = get(outputValues, i);
      if (!given[i] && value != 0) {
        put(outputValues, i, 0);
        OrtApi.value(OrtApi.RELEASE_VALUE, value);
      }
    }
  }

  /** Does nothing the second time. */
  @Override
  public void close() {
    if (binding != null) {
      binding.close();
    }
    if (!scratch.isClosed()) {
      drop();
      scratch.close();
    }
  }
}
