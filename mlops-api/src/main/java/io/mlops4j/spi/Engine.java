package io.mlops4j.spi;

/** An open engine, owned by one runtime. Thread safe. */
public interface Engine extends AutoCloseable {
  /**
   * Loads a model. The engine may compute parts of the model here, such as the folding of
   * constants, and that work cannot be cancelled. For an untrusted model the engine does as little
   * of it as possible.
   *
   * @param source the verified bytes of the model
   * @param request the device, the signature, and whether the model is trusted
   * @return the loaded model; the caller closes it before the engine
   * @throws io.mlops4j.error.ModelLoadException if the bytes cannot be loaded, or if there is no
   *     such signature
   * @throws io.mlops4j.error.EngineUnavailableException if the device is not available
   */
  EngineModel load(ModelSource source, LoadRequest request);

  /**
   * Returns whether {@link EngineSlot#cancel} can end a run.
   *
   * @return false if a run always continues to its end
   */
  boolean cancels();

  /** Closes the engine. The caller closes all its models first. A second call does nothing. */
  @Override
  void close();
}
