package io.mlops4j.spi;

/** An open engine, owned by one runtime. Thread safe. */
public interface Engine extends AutoCloseable {
  /**
   * Loads a model.
   *
   * @param source its verified bytes
   * @param device where it should run
   * @return the loaded model, which the caller closes before the engine
   * @throws io.mlops4j.error.ModelLoadException if the bytes cannot be loaded
   * @throws io.mlops4j.error.EngineUnavailableException if the device is not there
   */
  EngineModel load(ModelSource source, DeviceRequest device);

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
