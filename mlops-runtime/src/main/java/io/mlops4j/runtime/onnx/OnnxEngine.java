package io.mlops4j.runtime.onnx;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import io.mlops4j.error.EngineUnavailableException;
import io.mlops4j.error.ModelLoadException;
import io.mlops4j.model.ModelSignature;
import io.mlops4j.model.ValueSpec;
import io.mlops4j.runtime.memory.DirectMemory;
import io.mlops4j.runtime.onnx.environment.OnnxVersion;
import io.mlops4j.runtime.onnx.environment.OrtStart;
import io.mlops4j.runtime.onnx.foreign.ForeignRuntime;
import io.mlops4j.runtime.onnx.graph.FoundTrees;
import io.mlops4j.runtime.onnx.graph.ModelGuards;
import io.mlops4j.runtime.onnx.graph.OnnxGraph;
import io.mlops4j.runtime.onnx.graph.SessionModel;
import io.mlops4j.runtime.onnx.tree.UnfitTreesException;
import io.mlops4j.spi.Engine;
import io.mlops4j.spi.EngineModel;
import io.mlops4j.spi.EngineOptions;
import io.mlops4j.spi.LoadRequest;
import io.mlops4j.spi.ModelSource;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/**
 * The ONNX Runtime engine. ONNX Runtime allows one environment per process. All sessions share its
 * threads if possible, and no thread spins.
 */
final class OnnxEngine implements Engine {
  private static final Duration PROFILED = Duration.ofMinutes(1);

  private final OrtEnvironment environment;
  private final DirectMemory memory;
  private final int threads;
  private final Sessions sessions;
  private final @Nullable CachedSessions cached;
  private volatile boolean closed;

  private OnnxEngine(OrtEnvironment environment, DirectMemory memory, EngineOptions options) {
    this.environment = environment;
    this.memory = memory;
    this.threads = options.threads();
    this.sessions = new Sessions(environment, threads, foreign(environment, memory, options));
    this.cached =
        options
            .modelCache()
            .flatMap(cache -> CachedSessions.over(sessions, environment, cache))
            .orElse(null);
  }

  static OnnxEngine open(EngineOptions options) {
    if (!(options.memory() instanceof DirectMemory memory)) {
      throw new IllegalArgumentException(
          "options.memory: found %s, expected DirectMemory, of which ONNX Runtime can get buffers"
              .formatted(options.memory().getClass().getName()));
    }
    return new OnnxEngine(environment(options), memory, options);
  }

  private static ForeignRuntime.Attempt foreign(
      OrtEnvironment environment, DirectMemory memory, EngineOptions options) {
    Boolean wanted = options.foreignCalls().orElse(null);
    ForeignRuntime.Attempt attempt = ForeignRuntime.open(wanted, environment.getVersion(), memory);
    if (attempt.runtime() == null && Boolean.TRUE.equals(wanted)) {
      LoggerFactory.getLogger(OnnxEngine.class)
          .warn("onnxruntime: models are called through JNI: {}", attempt.obstacle());
    }
    return attempt;
  }

  private static OrtEnvironment environment(EngineOptions options) {
    try {
      OrtEnvironment environment =
          OrtStart.environment(options.nativeCache(), options.threads(), options.foreignCalls());
      environment.setTelemetry(false);
      OnnxVersion.unlikeTested(environment.getVersion())
          .ifPresent(warning -> LoggerFactory.getLogger(OnnxEngine.class).warn(warning));
      return environment;
    } catch (LinkageError | OrtException e) {
      throw new EngineUnavailableException(
          "onnxruntime: its native library cannot be loaded on %s %s (%s); expected a platform that the jar onnxruntime %s carries, and a folder for temporary files (java.io.tmpdir is %s), or the one of nativeCache, that has room and from which libraries may be run"
              .formatted(
                  System.getProperty("os.name"),
                  System.getProperty("os.arch"),
                  e.getCause() == null ? e : e.getCause(),
                  OnnxVersion.TESTED,
                  System.getProperty("java.io.tmpdir")),
          e);
    }
  }

  @Override
  public EngineModel load(ModelSource source, LoadRequest request) {
    if (closed) {
      throw new IllegalStateException("the engine is closed");
    }
    request.signature().ifPresent(signature -> refuse(signature, source));
    OnnxModel model = model(source, request, open(source, request));
    try {
      model.countNodes(PROFILED);
      return model;
    } catch (RuntimeException | Error e) {
      model.close();
      throw e;
    }
  }

  private OnnxModel model(ModelSource source, LoadRequest request, OpenModel opened) {
    OnnxModel model = null;
    OpenSession head = null;
    TreeModel trees = null;
    String inEngine = "";
    try {
      ModelSignature signature =
          opened.session().signature(opened.graph(), source.main(), request.features());
      try {
        trees = trees(opened, request, signature);
        head = trees == null || trees.head() == null ? null : head(source, request, trees);
      } catch (UnfitTreesException e) {
        trees = null;
        inEngine = e.reason();
      }
      model = new OnnxModel(environment, memory, source, opened, signature, trees, head, inEngine);
      return model;
    } catch (OrtException e) {
      throw OnnxFile.read(source, true).refused(e);
    } finally {
      if (model == null) {
        opened.close();
        if (head != null) {
          head.close();
        }
      }
    }
  }

  /**
   * Returns null for a model without trees.
   *
   * @throws UnfitTreesException if ONNX Runtime runs the whole model
   */
  private @Nullable TreeModel trees(
      OpenModel opened, LoadRequest request, ModelSignature signature) {
    FoundTrees found = opened.trees();
    if (!found.any()) {
      return null;
    }
    if (request.engineOnly()) {
      throw new UnfitTreesException("the load options name the engine");
    }
    if (!opened.session().devices().placement().devices().equals(OnnxModel.CPU)) {
      throw new UnfitTreesException("the model runs on another device than the CPU");
    }
    for (ValueSpec input : signature.inputs()) {
      if (opened.graph().initializers().contains(input.name())) {
        throw new UnfitTreesException("callers may replace the constant " + input.name());
      }
    }
    if (found.graph() == null) {
      throw new UnfitTreesException(found.obstacle());
    }
    return TreeModel.of(found.graph(), signature, threads);
  }

  /**
   * Opens the nodes before the trees.
   *
   * @throws UnfitTreesException if ONNX Runtime cannot run them alone
   */
  private OpenSession head(ModelSource source, LoadRequest request, TreeModel trees) {
    ByteBuffer bytes = Objects.requireNonNull(trees.head(), "head");
    OnnxGraph graph = OnnxGraph.read(bytes, source.main());
    try {
      SessionModel content = SessionModel.of(source, bytes, graph, request.trusted(), true);
      return sessions.open(new OnnxFile(source, bytes, graph, content), request).session();
    } catch (OrtException | ModelLoadException e) { // although the whole model has opened
      throw new UnfitTreesException("ONNX Runtime cannot run the operators before them alone");
    }
  }

  private static void refuse(String signature, ModelSource source) {
    throw new ModelLoadException(
        "%s: the signature \"%s\" was requested, but a model of format %s has only one; leave out LoadOptions.signature"
            .formatted(source.main(), signature, source.format().id()),
        null);
  }

  private OpenModel open(ModelSource source, LoadRequest request) {
    OpenModel kept = cached == null ? null : cached.find(source, request);
    if (kept != null) {
      return kept;
    }
    OnnxFile file = OnnxFile.read(source, request.trusted());
    try {
      return open(file, request);
    } catch (OrtException e) {
      if (!ModelGuards.areRejected(String.valueOf(e.getMessage()))) {
        throw file.refused(e);
      }
    }
    OnnxFile less = OnnxFile.read(source, request.trusted(), false);
    try {
      return open(less, request);
    } catch (OrtException e) {
      throw less.refused(e);
    }
  }

  private OpenModel open(OnnxFile file, LoadRequest request) throws OrtException {
    return cached == null ? sessions.open(file, request) : cached.openAndKeep(file, request);
  }

  @Override
  public boolean cancels() {
    return true;
  }

  @Override
  public void close() {
    closed = true;
  }
}
