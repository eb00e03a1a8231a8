package io.mlops4j.spi;

import io.mlops4j.model.ModelSignature;
import io.mlops4j.model.Placement;
import java.util.Set;

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
   * Inputs that the model's bytes declare, but that keep the value which lies in these bytes,
   * because the engine cannot be given another one. They are not in the signature.
   *
   * @return names, usually none
   */
  default Set<String> constants() {
    return Set.of();
  }

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
