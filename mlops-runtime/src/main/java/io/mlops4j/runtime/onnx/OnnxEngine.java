package io.mlops4j.runtime.onnx;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import io.mlops4j.error.EngineUnavailableException;
import io.mlops4j.error.ModelLoadException;
import io.mlops4j.model.ModelFormat;
import io.mlops4j.model.ModelSignature;
import io.mlops4j.runtime.memory.DirectMemory;
import io.mlops4j.spi.DeviceRequest;
import io.mlops4j.spi.Engine;
import io.mlops4j.spi.EngineModel;
import io.mlops4j.spi.EngineOptions;
import io.mlops4j.spi.ModelSource;
import java.nio.ByteBuffer;

/**
 * ONNX Runtime, one environment per process, which is ONNX Runtime's own rule. Every session has
 * its own threads, as many as the runtime's budget, which sleep between runs instead of spinning.
 */
final class OnnxEngine implements Engine {
  private final OrtEnvironment environment;
  private final DirectMemory memory;
  private final Sessions sessions;
  private volatile boolean closed;

  private OnnxEngine(OrtEnvironment environment, DirectMemory memory, int threads) {
    this.environment = environment;
    this.memory = memory;
    this.sessions = new Sessions(environment, threads);
  }

  static OnnxEngine open(EngineOptions options) {
    if (!(options.memory() instanceof DirectMemory memory)) {
      throw new IllegalArgumentException(
          "options.memory: found %s, expected DirectMemory, of which ONNX Runtime can get buffers"
              .formatted(options.memory().getClass().getName()));
    }
    return new OnnxEngine(environment(), memory, options.threads());
  }

  private static OrtEnvironment environment() {
    try {
      OrtEnvironment environment = OrtStart.environment();
      environment.setTelemetry(false);
      return environment;
    } catch (LinkageError | OrtException e) {
      throw new EngineUnavailableException(
          "onnxruntime: its native library cannot be loaded on %s %s (%s); expected a platform that the jar onnxruntime %s carries, and a folder for temporary files that allows libraries"
              .formatted(
                  System.getProperty("os.name"),
                  System.getProperty("os.arch"),
                  e.getCause() == null ? e : e.getCause(),
                  OnnxEngineProvider.TESTED),
          e);
    }
  }

  @Override
  public EngineModel load(ModelSource source, DeviceRequest device) {
    if (closed) {
      throw new IllegalStateException("the engine is closed");
    }
    ByteBuffer bytes = bytes(source);
    OnnxGraph graph = OnnxGraph.read(bytes, source.main());
    InputKinds.check(graph, source.main());
    SessionModel content = SessionModel.of(source, bytes, graph);
    OpenSession session = null;
    OnnxModel model = null;
    try {
      session = sessions.open(source, content, device);
      ModelSignature signature = SignatureReader.read(session.session(), graph, source.main());
      model =
          new OnnxModel(
              environment, memory, source, session, signature, graph.constants(), content.bytes());
      return model;
    } catch (OrtException e) {
      throw cannotLoad(source, bytes, graph, e);
    } finally {
      if (model == null && session != null) {
        session.close();
      }
    }
  }

  private static ByteBuffer bytes(ModelSource source) {
    ByteBuffer bytes = source.bytes();
    if (!source.format().equals(ModelFormat.ONNX) || bytes == null) {
      throw new ModelLoadException(
          "%s: found format %s, expected %s in one file"
              .formatted(source.main(), source.format().id(), ModelFormat.ONNX.id()),
          null);
    }
    if (!bytes.hasRemaining()) {
      throw new ModelLoadException(
          source.main() + ": found an empty file, expected an ONNX model", null);
    }
    return bytes.slice();
  }

  private static ModelLoadException cannotLoad(
      ModelSource source, ByteBuffer bytes, OnnxGraph graph, OrtException e) {
    return new ModelLoadException(
        "%s: found %d bytes that ONNX Runtime %s refuses (%s), expected a complete ONNX model of operator sets that it knows; the file asks for %s: export it again, for older sets if need be, or check that it was not cut or altered"
            .formatted(
                source.main(),
                bytes.limit(),
                OnnxEngineProvider.TESTED,
                e.getMessage(),
                graph.operatorSetsText()),
        e);
  }

  @Override
  public boolean cancels() {
    return true;
  }

  @Override
  public void close() {
    closed = true;
  }
}
