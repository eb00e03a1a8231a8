package io.mlops4j.runtime.serving;

import io.mlops4j.inference.InferenceEvent;
import io.mlops4j.inference.LoadOptions;
import io.mlops4j.model.FeatureSchema;
import io.mlops4j.model.ModelVersion;
import io.mlops4j.registry.AliasRecord;
import io.mlops4j.spi.ModelSource;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import org.apache.arrow.memory.BufferAllocator;
import org.jspecify.annotations.Nullable;

/** Loads models for the front door and for deployments. Thread safe. */
public interface ModelLoader {
  /**
   * Loads a model.
   *
   * @param source gives its verified bytes, once; asked within the deadline of the options
   * @param name the model's name, or its file's
   * @param version the registry's version, or null for a plain file
   * @param alias the record that made it serve, or null when no alias was followed
   * @param cardFeatures the schema of the card, or null; the one of the options goes before it
   * @param options engine, devices, listeners, schema
   * @param route how the events of this model are marked
   * @return the loaded model, which the caller closes
   * @throws io.mlops4j.error.ModelLoadException if the bytes cannot be loaded, or columns cannot
   *     meet its inputs
   * @throws io.mlops4j.error.EngineUnavailableException if no engine for it is there
   * @throws IllegalStateException if the runtime is closed
   */
  ServingModel load(
      Supplier<? extends ModelSource> source,
      String name,
      @Nullable ModelVersion version,
      @Nullable AliasRecord alias,
      @Nullable FeatureSchema cardFeatures,
      LoadOptions options,
      InferenceEvent.Route route);

  /**
   * The runtime's allocator.
   *
   * @return lent; it is closed with the runtime
   */
  BufferAllocator allocator();

  /**
   * The runtime's named threads.
   *
   * @return lent; it ends with the runtime
   */
  Executor executor();
}
