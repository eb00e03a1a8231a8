package io.mlops4j.spi;

/** An open engine, owned by one runtime. Thread safe. */
public interface Engine extends AutoCloseable {
  /**
   * Loads a model. Work of the model's own that is done here, such as the folding of constants,
   * cannot be cancelled; of an untrusted model as little as possible is done.
   *
   * @param source its verified bytes
   * @param request where it should run, which of its signatures, and whether it is trusted
   * @return the loaded model, which the caller closes before the engine
   * @throws io.mlops4j.error.ModelLoadException if the bytes cannot be loaded, or there is no such
   *     signature
   * @throws io.mlops4j.error.EngineUnavailableException if the device is not there
   */
  EngineModel load(ModelSource source, LoadRequest request);

  /**
   * Whether {@link EngineSlot#cancel} ends a run that is on its way.
   *
   * @return false if a run always goes on to its end
   */
  boolean cancels();

  /** Closes the engine, after all its models. A second call does nothing. */
  @Override
  void close();
}
