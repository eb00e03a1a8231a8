package io.mlops4j.runtime.tensorflow;

import io.mlops4j.model.ModelSignature;
import io.mlops4j.model.Placement;
import io.mlops4j.spi.EngineModel;
import io.mlops4j.spi.EngineSlot;
import io.mlops4j.spi.HostMemory;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A loaded model: a session and one signature.
 *
 * <p>Closing a session during a run ends the process. The session therefore stays open until the
 * last slot is closed, even if the model was closed before.
 */
final class TensorFlowModel implements EngineModel {
  private final LoadedGraph graph;
  private final HostMemory memory;
  private final Placement placement;
  private final long fileBytes;
  private final AtomicLong tensorBytes = new AtomicLong();
  private int slots;
  private boolean closed;
  private boolean freed;

  TensorFlowModel(LoadedGraph graph, HostMemory memory, Placement placement, long fileBytes) {
    this.graph = graph;
    this.memory = memory;
    this.placement = placement;
    this.fileBytes = fileBytes;
  }

  LoadedGraph graph() {
    return graph;
  }

  HostMemory memory() {
    return memory;
  }

  /** Returns the counter of the inputs' memory, which TensorFlow allocates. */
  AtomicLong tensorBytes() {
    return tensorBytes;
  }

  @Override
  public ModelSignature signature() {
    return graph.signature();
  }

  @Override
  public Placement placement() {
    return placement;
  }

  @Override
  public synchronized EngineSlot slot() {
    if (closed) {
      throw new IllegalStateException(graph.main() + ": the model is closed");
    }
    EngineSlot slot = new TensorFlowSlot(this);
    slots++;
    return slot;
  }

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
      graph.session().close();
    }
  }
}
