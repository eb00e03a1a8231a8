package io.mlops4j.runtime.tensorflow;

import io.mlops4j.model.ModelSignature;
import io.mlops4j.model.Placement;
import io.mlops4j.spi.EngineModel;
import io.mlops4j.spi.EngineSlot;
import io.mlops4j.spi.HostMemory;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A loaded model: a session and one signature.
 *
 * <p>Closing a session under a run ends the process, so the session stays until the last slot is
 * closed, even if the model was closed before.
 */
final class TensorFlowModel implements EngineModel {
  private final HostMemory memory;
  private final Path main;
  private final NativeSession session;
  private final List<Endpoint> inputs;
  private final List<Endpoint> outputs;
  private final ModelSignature signature;
  private final Placement placement;
  private final long fileBytes;
  private final AtomicLong tensorBytes = new AtomicLong();
  private int slots;
  private boolean closed;
  private boolean freed;

  TensorFlowModel(
      HostMemory memory,
      Path main,
      NativeSession session,
      List<Endpoint> inputs,
      List<Endpoint> outputs,
      ModelSignature signature,
      Placement placement,
      long fileBytes) {
    this.memory = memory;
    this.main = main;
    this.session = session;
    this.inputs = inputs;
    this.outputs = outputs;
    this.signature = signature;
    this.placement = placement;
    this.fileBytes = fileBytes;
  }

  HostMemory memory() {
    return memory;
  }

  /** The model's path, for messages. */
  Path main() {
    return main;
  }

  NativeSession session() {
    return session;
  }

  List<Endpoint> inputs() {
    return inputs;
  }

  List<Endpoint> outputs() {
    return outputs;
  }

  /** Counts the memory of inputs, which is TensorFlow's. */
  AtomicLong tensorBytes() {
    return tensorBytes;
  }

  @Override
  public ModelSignature signature() {
    return signature;
  }

  @Override
  public Placement placement() {
    return placement;
  }

  @Override
  public synchronized EngineSlot slot() {
    if (closed) {
      throw new IllegalStateException(main + ": the model is closed");
    }
    EngineSlot slot = new TensorFlowSlot(this);
    slots++;
    return slot;
  }

  /** Called when a slot was closed. */
  synchronized void returned() {
    slots--;
    freeWhenUnused();
  }

  /**
   * Counts the files, which are mostly variables, and the inputs of all slots. TensorFlow does not
   * report its other memory.
   */
  @Override
  public long nativeBytes() {
    return fileBytes + tensorBytes.get();
  }

  @Override
  public synchronized void close() {
    closed = true;
    freeWhenUnused();
  }

  private void freeWhenUnused() {
    if (closed && slots == 0 && !freed) {
      freed = true;
      session.close();
    }
  }
}
