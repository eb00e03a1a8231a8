package io.mlops4j.spi;

import io.mlops4j.model.ModelFormat;
import java.util.Optional;
import java.util.Set;

/**
 * How an engine is found: by {@link java.util.ServiceLoader}. Making a provider loads no native
 * code.
 */
public interface EngineProvider {
  /**
   * The engine's name, by which it can be asked for.
   *
   * @return for example {@code onnxruntime}
   */
  String name();

  /**
   * The formats that it loads.
   *
   * @return at least one
   */
  Set<ModelFormat> formats();

  /**
   * The kinds of devices that the engine knows, whether or not they are there.
   *
   * @return names without numbers; {@code cpu} alone unless overridden
   */
  default Set<String> devices() {
    return Set.of("cpu");
  }

  /**
   * What is missing to open the engine.
   *
   * @return empty when it can be opened; else a sentence that names the artifact to add
   */
  Optional<String> missing();

  /**
   * Opens the engine; native code is loaded here at the earliest.
   *
   * @param options memory and threads
   * @return an engine, which the caller closes
   * @throws io.mlops4j.error.EngineUnavailableException if a library is missing or cannot be loaded
   */
  Engine open(EngineOptions options);
}
