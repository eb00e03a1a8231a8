package io.mlops4j.runtime.serving;

import io.mlops4j.error.ModelLoadException;
import io.mlops4j.inference.LoadOptions;
import io.mlops4j.model.ElementType;
import io.mlops4j.model.TensorSpec;
import io.mlops4j.runtime.binding.BatchBinder;
import io.mlops4j.runtime.binding.StatedColumns;
import io.mlops4j.runtime.memory.DirectMemory;
import io.mlops4j.runtime.serving.loading.Engines;
import io.mlops4j.runtime.serving.loading.UncachedSource;
import io.mlops4j.spi.DeviceRequest;
import io.mlops4j.spi.EngineModel;
import io.mlops4j.spi.LoadRequest;
import io.mlops4j.spi.ModelSource;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Opens models in their engines, or finds them open. Models with equal bytes and equal options are
 * shared. Thread safe.
 */
final class ModelOpener implements AutoCloseable {
  private static final int KEPT_AT_LEAST = 16;

  private final Engines engines;
  private final LoadedModels loaded;
  private final DirectMemory memory;
  private final int kept;
  private final BatchSplitter pieces;

  /**
   * @param engines closed with this
   * @param threads the threads of the runtime, which bound the slots that each model keeps
   * @param keepLoaded the limit of the bytes of all models; while it is exceeded, unused models are
   *     evicted
   * @param pieces splits large batches
   */
  ModelOpener(
      Engines engines, DirectMemory memory, int threads, long keepLoaded, BatchSplitter pieces) {
    this.engines = engines;
    this.loaded = new LoadedModels(keepLoaded);
    this.memory = memory;
    this.kept = Math.max(KEPT_AT_LEAST, 2 * threads);
    this.pieces = pieces;
  }

  /** A model, which the caller releases, and the name of its engine. */
  record Opened(SharedModel model, String engine) {}

  Opened open(ModelSource source, StatedColumns stated, LoadOptions options) {
    if (engines.isStarting()) {
      FirstAnswer.prepare();
    }
    Engines.Named engine = engines.open(source.format(), options.engine(), options.devices());
    LoadedModels.Key key = LoadedModels.Key.of(source.digest(), engine.name(), options, stated);
    SharedModel shared = loaded.find(key);
    if (shared == null) {
      shared = loaded.add(key, open(engine, source, stated, options));
    }
    return new Opened(shared, engine.name());
  }

  private SharedModel open(
      Engines.Named engine, ModelSource source, StatedColumns stated, LoadOptions options) {
    ModelSource opened = options.cached() ? source : new UncachedSource(source);
    EngineModel model = engine.engine().load(opened, request(options, stated));
    try {
      return new SharedModel(
          model,
          binder(model, stated),
          memory,
          kept,
          options.independentRows() ? splitting(model) : null);
    } catch (RuntimeException | Error e) {
      model.close();
      throw e;
    }
  }

  /** Null where answers have no rows that could be joined. */
  private @Nullable BatchSplitter splitting(EngineModel model) {
    boolean joins =
        model.signature().outputs().stream()
            .allMatch(
                output ->
                    output instanceof TensorSpec tensor && tensor.type() != ElementType.STRING);
    return joins ? pieces : null;
  }

  private static LoadRequest request(LoadOptions options, StatedColumns stated) {
    LoadRequest request = LoadRequest.on(DeviceRequest.of(options.devices()));
    request = options.trusted() ? request : request.withoutTrust();
    request = options.profiled() ? request.withProfiling() : request;
    request = request.withOperations(options.operations());
    request = options.engine().isPresent() ? request.withEngineOnly() : request;
    request = options.releasesMemory() ? request.withReleasedMemory() : request;
    if (options.memoryLimit().isPresent()) {
      request = request.withMemoryLimit(options.memoryLimit().getAsLong());
    }
    request = request.withFeatures(stated.names());
    return options.signature().map(request::withSignature).orElse(request);
  }

  private static BatchBinder binder(EngineModel model, StatedColumns stated) {
    try {
      return BatchBinder.of(model.signature(), stated);
    } catch (ModelLoadException e) {
      List<String> constants = new ArrayList<>(model.constants());
      constants.retainAll(stated.names());
      throw constants.isEmpty() ? e : withConstants(e, constants, model.placement().calls());
    }
  }

  private static ModelLoadException withConstants(
      ModelLoadException e, List<String> constants, String calls) {
    return new ModelLoadException(
        "%s; the inputs %s have values inside the model, which this engine cannot replace%s: use Java 22 or later with native access enabled, leave these features out, or export the model without the values"
            .formatted(e.getMessage(), constants, calls.isEmpty() ? "" : " through " + calls),
        e);
  }

  /** The models that are open, in use or not. */
  LoadedModels loaded() {
    return loaded;
  }

  /** Closes the engines; their models were closed before. */
  @Override
  public void close() {
    engines.close();
  }
}
