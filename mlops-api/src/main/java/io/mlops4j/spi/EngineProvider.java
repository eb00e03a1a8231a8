package io.mlops4j.spi;

import io.mlops4j.model.ModelFormat;
import java.util.Optional;
import java.util.Set;

/**
 * Opens an engine. {@link java.util.ServiceLoader} finds the providers. Creating a provider loads
 * no native code. Thread safe.
 */
public interface EngineProvider {
  /**
   * Returns the engine's name, with which load options choose it.
   *
   * @return for example {@code onnxruntime}
   */
  String name();

  /**
   * Returns the formats that the engine loads.
   *
   * @return at least one format
   */
  Set<ModelFormat> formats();

  /**
   * Returns the kinds of devices that the engine supports, available here or not.
   *
   * @return names without numbers; {@code cpu} alone unless overridden
   */
  default Set<String> devices() {
    return Set.of("cpu");
  }

  /**
   * Returns what is missing to open the engine.
   *
   * @return empty if the engine can be opened; otherwise a sentence that names the artifact to add
   */
  Optional<String> missing();

  /**
   * Opens the engine. Native code is loaded here at the earliest.
   *
   * @param options memory, threads and caches
   * @return an engine; the caller closes it
   * @throws io.mlops4j.error.EngineUnavailableException if a library is missing or cannot be loaded
   */
  Engine open(EngineOptions options);
}
