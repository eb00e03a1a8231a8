package io.mlops4j.spi;

import io.mlops4j.model.ModelSignature;
import io.mlops4j.model.Placement;
import java.util.Set;

/** A loaded model. Thread safe, but each of its slots is for one thread at a time. */
public interface EngineModel extends AutoCloseable {
  /**
   * Returns the inputs and outputs that the model's bytes declare.
   *
   * @return the signature
   */
  ModelSignature signature();

  /**
   * Returns the devices on which the model runs.
   *
   * @return the placement
   */
  Placement placement();

  /**
   * Builds a slot for calls.
   *
   * @return a new slot; the caller closes it before the model
   */
  EngineSlot slot();

  /**
   * Returns the inputs that the model's bytes declare, but that the engine cannot set. They keep
   * the value that the bytes hold, and are not in the signature.
   *
   * @return names of inputs, usually none
   */
  default Set<String> constants() {
    return Set.of();
  }

  /**
   * Returns how much memory the model holds outside the runtime's memory, as well as the engine can
   * tell.
   *
   * @return bytes, 0 or more
   */
  long nativeBytes();

  /** Frees the model. The caller closes all its slots first. A second call does nothing. */
  @Override
  void close();
}
