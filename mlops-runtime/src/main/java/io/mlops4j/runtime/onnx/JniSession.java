package io.mlops4j.runtime.onnx;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtLoggingLevel;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.OrtSession.RunOptions;
import ai.onnxruntime.OrtSession.SessionOptions;
import io.mlops4j.model.ElementType;
import io.mlops4j.model.ModelSignature;
import io.mlops4j.runtime.memory.Native;
import io.mlops4j.runtime.onnx.device.Devices;
import io.mlops4j.runtime.onnx.graph.ElementTypes;
import io.mlops4j.runtime.onnx.graph.OnnxGraph;
import io.mlops4j.runtime.onnx.graph.OptionalOutputs;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A session of ONNX Runtime's Java package, which uses JNI.
 *
 * @param options the options that it was made with
 * @param devices where it runs
 * @param profile where it writes its profile, or null if it has none
 * @param releasesMemory whether runs free their working memory
 * @param calls why it is not a {@link ForeignOnnxSession}, for people
 */
record JniSession(
    OrtEnvironment environment,
    OrtSession session,
    SessionOptions options,
    Devices devices,
    @Nullable SessionProfile profile,
    boolean releasesMemory,
    String calls)
    implements OpenSession {
  @Override
  public ModelSignature signature(OnnxGraph graph, Path model, Set<String> features)
      throws OrtException {
    return SignatureReader.read(session, graph, model);
  }

  @Override
  public String fetched(String output) {
    return session.getOutputNames().contains(output) ? output : OptionalOutputs.element(output);
  }

  @Override
  public boolean canPin(ElementType type) {
    return ElementTypes.canBePinned(type);
  }

  @Override
  public InputText text(String input, OnnxModel model) {
    return new JniText(input, model);
  }

  /** Prints no messages, because ONNX Runtime also reports them as exceptions. */
  @Override
  public RunControl control() throws OrtException {
    RunOptions runs = new RunOptions();
    try {
      runs.setLogLevel(OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL);
      if (releasesMemory) {
        runs.addRunConfigEntry(RELEASE, RELEASED);
      }
      return new Control(runs);
    } catch (OrtException e) {
      runs.close();
      throw e;
    }
  }

  private record Control(RunOptions runs) implements RunControl {
    @Override
    public void terminate(boolean terminate) throws OrtException {
      runs.setTerminate(terminate);
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
    RunOptions runs = ((Control) control).runs();
    return JniBinding.of(inputs, outputs, pinnedDims, model, session, runs);
  }

  @Override
  public BorrowedTensor borrowed(long address, long bytes, ElementType type, long[] dims)
      throws OrtException {
    return new Borrowed(
        TensorTypes.over(Native.buffer(address, (int) bytes), environment, type, dims));
  }

  /** A tensor over memory of the caller. */
  record Borrowed(OnnxTensor tensor) implements BorrowedTensor {
    @Override
    public void close() {
      tensor.close();
    }
  }

  /** ONNX Runtime fails to close a session twice. */
  @Override
  public void close() {
    try (profile;
        options) {
      session.close();
    } catch (OrtException e) {
      throw new IllegalStateException("ONNX Runtime cannot close a session", e);
    }
  }
}
