package io.mlops4j.runtime.onnx;

import ai.onnxruntime.OrtException;
import io.mlops4j.model.ElementType;
import io.mlops4j.model.ModelSignature;
import io.mlops4j.runtime.onnx.device.Devices;
import io.mlops4j.runtime.onnx.foreign.ForeignRunOptions;
import io.mlops4j.runtime.onnx.foreign.ForeignRuntime;
import io.mlops4j.runtime.onnx.foreign.ForeignSession;
import io.mlops4j.runtime.onnx.foreign.ForeignTensor;
import io.mlops4j.runtime.onnx.graph.OnnxGraph;
import io.mlops4j.runtime.onnx.graph.OptionalOutputs;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A session of tensors that is called through {@code java.lang.foreign}.
 *
 * @param outputs the names of its outputs
 */
record ForeignOnnxSession(
    ForeignRuntime runtime,
    ForeignSession session,
    Set<String> outputs,
    Devices devices,
    boolean releasesMemory)
    implements OpenSession {
  static final String CALLS = "java.lang.foreign";

  @Override
  public @Nullable SessionProfile profile() {
    return null;
  }

  @Override
  public String calls() {
    return CALLS;
  }

  @Override
  public ModelSignature signature(OnnxGraph graph, Path model, Set<String> features)
      throws OrtException {
    return SignatureReader.read(session, graph, model, features);
  }

  @Override
  public String fetched(String output) {
    return outputs.contains(output) ? output : OptionalOutputs.element(output);
  }

  @Override
  public boolean canPin(ElementType type) {
    return type != ElementType.STRING;
  }

  @Override
  public InputText text(String input, OnnxModel model) {
    return new ForeignInputText(input, runtime, model.memory());
  }

  @Override
  public RunControl control() throws OrtException {
    return new Control(
        releasesMemory
            ? ForeignRunOptions.of(session, RELEASE, RELEASED)
            : ForeignRunOptions.of(session));
  }

  private record Control(ForeignRunOptions runs) implements RunControl {
    @Override
    public void terminate(boolean terminate) throws OrtException {
      runs.terminate(terminate);
    }

    @Override
    public void close() {
      runs.close();
    }
  }

  @Override
  public Binding bind(
      List<OnnxInput> inputs,
      List<OnnxOutput> outputs,
      long[] @Nullable [] pinnedDims,
      OnnxModel model,
      RunControl control)
      throws OrtException {
    ForeignRunOptions runs = ((Control) control).runs();
    return ForeignBinding.of(inputs, outputs, pinnedDims, this, runs);
  }

  @Override
  public BorrowedTensor borrowed(long address, long bytes, ElementType type, long[] dims)
      throws OrtException {
    return new Borrowed(runtime.tensor(address, bytes, type, dims));
  }

  /** A tensor over memory of the caller. */
  record Borrowed(ForeignTensor tensor) implements BorrowedTensor {
    @Override
    public void close() {
      tensor.close();
    }
  }

  @Override
  public void close() {
    session.close();
  }
}
