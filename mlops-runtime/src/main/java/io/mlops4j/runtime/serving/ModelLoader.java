package io.mlops4j.runtime.serving;

import io.mlops4j.inference.InferenceEvent;
import io.mlops4j.inference.LoadOptions;
import io.mlops4j.runtime.binding.output.OutputCopy;
import io.mlops4j.runtime.serving.loading.RegisteredVersion;
import io.mlops4j.spi.ModelSource;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import org.apache.arrow.memory.BufferAllocator;

/** Loads models for a runtime and its deployments. Thread safe. */
public interface ModelLoader {
  /**
   * Loads a model that is in no registry.
   *
   * @param source reads its verified bytes; called once, within the deadline of the options
   * @param name the name of its file
   * @param options engine, devices, listeners, schema
   * @return the loaded model, which the caller closes
   * @throws io.mlops4j.error.ModelLoadException if the bytes cannot be loaded, or the columns
   *     cannot fill its inputs
   * @throws io.mlops4j.error.EngineUnavailableException if there is no engine for it
   * @throws IllegalStateException if the runtime is closed
   */
  ServingModel load(Supplier<? extends ModelSource> source, String name, LoadOptions options);

  /**
   * Loads a version of a registry, and leases it until all identities of the model are closed. If
   * the registry cannot record the lease, the model still loads and a warning is logged.
   *
   * @param version the version and its user
   * @param options engine, devices, listeners, and a schema that replaces the card's
   * @param route the route of its events
   * @return the loaded model, which the caller closes
   * @throws io.mlops4j.error.RegistryException if its bytes cannot be read
   * @throws io.mlops4j.error.RegionException if it may not be loaded here
   * @throws io.mlops4j.error.ModelLoadException if the bytes cannot be loaded, or the columns
   *     cannot fill its inputs
   * @throws io.mlops4j.error.EngineUnavailableException if there is no engine for it
   * @throws IllegalStateException if the runtime is closed
   */
  ServingModel load(RegisteredVersion version, LoadOptions options, InferenceEvent.Route route);

  /** {@return the runtime's allocator, which only the runtime closes} */
  BufferAllocator allocator();

  /** {@return a copy of answers that has no memory yet; the caller closes it} */
  OutputCopy outputCopy();

  /** {@return the runtime's workers, which only the runtime ends} */
  Executor executor();
}
