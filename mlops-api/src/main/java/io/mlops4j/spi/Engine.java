package io.mlops4j.spi;

import io.mlops4j.error.ModelLoadException;
import org.jspecify.annotations.Nullable;

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
   * Loads one of several signatures of a model. An engine whose formats have no such choice need
   * not implement this.
   *
   * @param source its verified bytes
   * @param device where it should run
   * @param signature which one; null for the default
   * @return the loaded model, which the caller closes before the engine
   * @throws io.mlops4j.error.ModelLoadException if the bytes cannot be loaded, or there is no such
   *     signature
   * @throws io.mlops4j.error.EngineUnavailableException if the device is not there
   */
  default EngineModel load(ModelSource source, DeviceRequest device, @Nullable String signature) {
    if (signature != null) {
      throw new ModelLoadException(
          "%s: found the signature \"%s\" asked for, expected none: a model of format %s has only one; leave out LoadOptions.signature"
              .formatted(source.main(), signature, source.format().id()),
          null);
    }
    return load(source, device);
  }

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
