package io.mlops4j.spi;

import io.mlops4j.model.ModelSignature;
import io.mlops4j.model.Placement;

/** A loaded model. Thread safe; its slots are not. */
public interface EngineModel extends AutoCloseable {
  /**
   * What the model's bytes declare.
   *
   * @return the signature
   */
  ModelSignature signature();

  /**
   * Where it runs.
   *
   * @return the placement
   */
  Placement placement();

  /**
   * Builds a slot, which the caller closes before the model.
   *
   * @return a new slot
   */
  EngineSlot slot();

  /**
   * What the model holds outside the runtime's memory, as well as it can be known.
   *
   * @return bytes
   */
  long nativeBytes();

  /** Frees the model, after all its slots were closed. A second call does nothing. */
  @Override
  void close();
}
