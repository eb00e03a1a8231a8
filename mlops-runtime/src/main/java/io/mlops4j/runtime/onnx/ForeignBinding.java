package io.mlops4j.runtime.onnx;

import ai.onnxruntime.OrtException;
import io.mlops4j.runtime.onnx.foreign.ForeignCall;
import io.mlops4j.runtime.onnx.foreign.ForeignRunOptions;
import io.mlops4j.runtime.onnx.foreign.ForeignRuntime;
import io.mlops4j.runtime.onnx.foreign.ForeignTensor;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A binding of tensors that are made through {@code java.lang.foreign}. A run makes no object. */
final class ForeignBinding extends Binding {
  private final ForeignRunOptions options;
  private final List<ForeignTensor> tensors;
  private final ForeignCall call;

  /** The index of each output among the fetched ones, -1 if it is not wanted. */
  private final int[] fetched;

  /** The index of each input among the given ones, -1 if it is absent. */
  private final int[] given;

  /** Whether the call reads memory that was borrowed for one run. */
  private boolean borrowed;

  private final boolean text;

  private ForeignBinding(
      List<OnnxInput> inputs,
      List<OnnxOutput> outputs,
      long[] @Nullable [] pinnedDims,
      ForeignRunOptions options,
      Tensors made,
      ForeignOnnxSession session)
      throws OrtException {
    super(inputs, outputs, pinnedDims);
    this.options = options;
    this.tensors = made.all;
    this.text = inputs.stream().anyMatch(OnnxInput::isText);
    this.given = new int[inputs.size()];
    List<String> inputNames = new ArrayList<>();
    for (int i = 0; i < given.length; i++) {
      given[i] = inputs.get(i).isAbsent() ? -1 : inputNames.size();
      if (given[i] >= 0) {
        inputNames.add(inputs.get(i).name());
      }
    }
    this.fetched = new int[outputs.size()];
    List<String> names = new ArrayList<>();
    for (int i = 0; i < wanted.length; i++) {
      fetched[i] = wanted[i] ? names.size() : -1;
      if (wanted[i]) {
        names.add(outputs.get(i).fetched());
      }
    }
    this.call = new ForeignCall(session.session(), inputNames, made.inputs, names, made.outputs);
  }

  /** The tensors of a binding; closing them closes those that were made. */
  private static final class Tensors implements AutoCloseable {
    final List<ForeignTensor> all = new ArrayList<>();
    final List<@Nullable ForeignTensor> inputs = new ArrayList<>();
    final List<@Nullable ForeignTensor> outputs = new ArrayList<>();

    private ForeignTensor kept(ForeignTensor tensor) {
      all.add(tensor);
      return tensor;
    }

    void make(
        ForeignRuntime runtime,
        List<OnnxInput> from,
        List<OnnxOutput> to,
        long[] @Nullable [] pinnedDims)
        throws OrtException {
      for (OnnxInput input : from) {
        if (input.isAbsent()) {
          continue;
        }
        inputs.add(
            input.isText()
                ? null
                : kept(
                    runtime.tensor(input.address(), input.capacity(), input.type(), input.dims())));
      }
      for (int i = 0; i < pinnedDims.length; i++) {
        long[] dims = pinnedDims[i];
        TensorMemory memory = to.get(i).tensor();
        if (dims != null) {
          outputs.add(
              kept(runtime.tensor(memory.address(), memory.capacity(), memory.type(), dims)));
        } else if (to.get(i).wanted()) {
          outputs.add(null);
        }
      }
    }

    @Override
    public void close() {
      all.forEach(ForeignTensor::close);
    }
  }

  /** Makes the tensors. */
  static ForeignBinding of(
      List<OnnxInput> inputs,
      List<OnnxOutput> outputs,
      long[] @Nullable [] pinnedDims,
      ForeignOnnxSession session,
      ForeignRunOptions options)
      throws OrtException {
    Tensors made = new Tensors();
    boolean built = false;
    try {
      made.make(session.runtime(), inputs, outputs, pinnedDims);
      ForeignBinding binding =
          new ForeignBinding(inputs, outputs, pinnedDims, options, made, session);
      built = true;
      return binding;
    } finally {
      if (!built) {
        made.close();
      }
    }
  }

  @Override
  void call(boolean borrows) throws OrtException {
    if (borrows || borrowed || text) {
      feed();
    }
    try {
      call.run(options);
    } catch (OrtException e) {
      if (!NativeMemory.isOverLimit(e)) {
        throw e;
      }
      // What earlier calls released counted until the refused run freed it.
      call.run(options);
    }
    try {
      for (int i = 0; i < wanted.length; i++) {
        if (wanted[i] && pinnedDims[i] == null) {
          outputs.get(i).tensor().copy(call.output(fetched[i]));
        }
      }
    } finally {
      call.drop(); // or they would count against the model's memory limit
    }
  }

  /** Borrowed memory is read only in the run for which it was borrowed. */
  private void feed() {
    borrowed = false;
    for (int i = 0; i < given.length; i++) {
      if (given[i] < 0) {
        continue;
      }
      if (inputs.get(i).text() instanceof ForeignInputText values) {
        call.replace(given[i], values.tensor());
        continue;
      }
      ForeignOnnxSession.Borrowed tensor = (ForeignOnnxSession.Borrowed) inputs.get(i).borrowed();
      call.replace(given[i], tensor == null ? null : tensor.tensor());
      borrowed |= tensor != null;
    }
  }

  @Override
  public void close() {
    call.close();
    tensors.forEach(ForeignTensor::close);
    tensors.clear();
  }
}
