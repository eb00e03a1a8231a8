package io.mlops4j.runtime.onnx;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.OrtSession.RunOptions;
import io.mlops4j.runtime.onnx.UnsignedTensors.UnsignedTensor;
import io.mlops4j.runtime.onnx.graph.ElementTypes;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A binding of tensors that ONNX Runtime's Java package makes. */
final class JniBinding extends Binding {
  /** A new process answers first by the public method, which needs no preparation. */
  private static final int FIRST_RUNS = 500;

  /** Whether a binding had its first runs. */
  private static volatile boolean warm;

  private final OrtSession session;
  private final RunOptions options;
  private final Map<String, @Nullable OnnxTensor> feeds = new LinkedHashMap<>();
  private final List<@Nullable OnnxTensor> own = new ArrayList<>();
  private final Map<String, OnnxTensor> pinned = new LinkedHashMap<>();
  private final Set<String> copied = new LinkedHashSet<>();
  private final List<OnnxTensor> tensors = new ArrayList<>();
  private final List<UnsignedTensor> copies = new ArrayList<>();
  private final boolean text;
  private int runs;

  /**
   * Null before the first runs, and if a run passes more than the tensors that were made before.
   */
  private @Nullable JniRun shorter;

  /** Whether the feeds contain a tensor over memory that was borrowed for one run. */
  private boolean foreign;

  private JniBinding(
      List<OnnxInput> inputs,
      List<OnnxOutput> outputs,
      long[] @Nullable [] pinnedDims,
      OrtSession session,
      RunOptions options) {
    super(inputs, outputs, pinnedDims);
    this.session = session;
    this.options = options;
    this.text = inputs.stream().anyMatch(OnnxInput::isText);
  }

  /** Builds the tensors. */
  static JniBinding of(
      List<OnnxInput> inputs,
      List<OnnxOutput> outputs,
      long[] @Nullable [] pinnedDims,
      OnnxModel model,
      OrtSession session,
      RunOptions options)
      throws OrtException {
    JniBinding binding = new JniBinding(inputs, outputs, pinnedDims, session, options);
    boolean built = false;
    try {
      binding.build(model.environment(), model.unsigned());
      built = true;
      return binding;
    } finally {
      if (!built) {
        binding.close();
      }
    }
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
      } else if (wanted[i]) {
        copied.add(output.fetched());
      }
    }
    if (warm) {
      shorten();
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

  @Override
  void call(boolean borrows) throws OrtException {
    if (shorter != null && !borrows) {
      shorter.call();
      return;
    }
    if (text) {
      feedText();
    }
    if (borrows || foreign) {
      feedNumbers();
    }
    for (UnsignedTensor copy : copies) {
      copy.refresh();
    }
    if (runs < FIRST_RUNS && ++runs == FIRST_RUNS) {
      warm = true;
      shorten();
    }
    try (OrtSession.Result result = session.run(feeds, copied, pinned, options)) {
      for (int i = 0; i < wanted.length; i++) {
        if (wanted[i] && pinnedDims[i] == null) {
          outputs.get(i).copy(result.get(outputs.get(i).fetched()).orElseThrow());
        }
      }
    }
  }

  private void shorten() {
    if (!text && copies.isEmpty() && copied.isEmpty()) {
      Map<String, OnnxTensor> inputs = new LinkedHashMap<>();
      for (int i = 0; i < own.size(); i++) {
        inputs.put(this.inputs.get(i).name(), Objects.requireNonNull(own.get(i)));
      }
      shorter = JniRun.of(session, inputs, pinned, options);
    }
  }

  /** A tensor over borrowed memory is fed only in the run for which the memory was borrowed. */
  private void feedNumbers() {
    foreign = false;
    for (int i = 0; i < own.size(); i++) {
      OnnxInput input = inputs.get(i);
      if (!input.isText()) {
        JniSession.Borrowed borrowed = (JniSession.Borrowed) input.borrowed();
        feeds.put(input.name(), borrowed == null ? own.get(i) : borrowed.tensor());
        foreign |= borrowed != null;
      }
    }
  }

  private void feedText() {
    for (OnnxInput input : inputs) {
      if (input.text() instanceof JniText values) {
        feeds.put(input.name(), values.tensor());
      }
    }
  }

  @Override
  public void close() {
    tensors.forEach(OnnxTensor::close);
    tensors.clear();
  }
}
