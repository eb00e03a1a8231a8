package io.mlops4j.runtime.onnx;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import io.mlops4j.error.InferenceException;
import io.mlops4j.model.ModelSignature;
import io.mlops4j.model.Placement;
import io.mlops4j.runtime.memory.DirectMemory;
import io.mlops4j.spi.EngineModel;
import io.mlops4j.spi.EngineSlot;
import io.mlops4j.spi.ModelSource;
import java.nio.file.Path;
import java.util.Set;

/**
 * A session and what it needs to live.
 *
 * <p>Closing a session under a run ends the process, so the session stays until the last slot is
 * closed, even if the model was closed before.
 */
final class OnnxModel implements EngineModel {
  private final OrtEnvironment environment;
  private final DirectMemory memory;
  private final Path main;
  private final OpenSession session;
  private final ModelSignature signature;
  private final Set<String> constants;
  private final UnsignedTensors unsigned;
  private final long bytes;
  private int slots;
  private boolean closed;
  private boolean freed;

  OnnxModel(
      OrtEnvironment environment,
      DirectMemory memory,
      ModelSource source,
      OpenSession session,
      ModelSignature signature,
      Set<String> constants,
      long bytes)
      throws OrtException {
    this.environment = environment;
    this.memory = memory;
    this.main = source.main();
    this.session = session;
    this.signature = signature;
    this.constants = constants;
    this.unsigned = UnsignedTensors.open(environment, signature);
    this.bytes = bytes;
  }

  OrtEnvironment environment() {
    return environment;
  }

  DirectMemory memory() {
    return memory;
  }

  OrtSession session() {
    return session.session();
  }

  UnsignedTensors unsigned() {
    return unsigned;
  }

  /** What the session calls an output of the signature. */
  String fetched(String output) {
    return session().getOutputNames().contains(output) ? output : OptionalOutputs.element(output);
  }

  /** Where it came from, for messages. */
  Path main() {
    return main;
  }

  @Override
  public ModelSignature signature() {
    return signature;
  }

  @Override
  public Set<String> constants() {
    return constants;
  }

  @Override
  public Placement placement() {
    return session.placement();
  }

  @Override
  public synchronized EngineSlot slot() {
    if (closed) {
      throw new IllegalStateException(main + ": the model is closed");
    }
    try {
      EngineSlot slot = new OnnxSlot(this);
      slots++;
      return slot;
    } catch (OrtException e) {
      throw new InferenceException(main + ": ONNX Runtime cannot prepare a call", e);
    }
  }

  /** A slot was closed. */
  synchronized void returned() {
    slots--;
    freeWhenUnused();
  }

  /** ONNX Runtime tells nothing; the file is mostly weights, which a session holds once. */
  @Override
  public long nativeBytes() {
    return bytes;
  }

  @Override
  public synchronized void close() {
    closed = true;
    freeWhenUnused();
  }

  private void freeWhenUnused() {
    if (closed && slots == 0 && !freed) {
      freed = true;
      unsigned.close();
      session.close();
    }
  }
}
