package io.mlops4j.runtime.onnx;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxTensorLike;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.OrtSession.SessionOptions;
import io.mlops4j.error.ModelLoadException;
import io.mlops4j.runtime.internal.cache.ModelEntry;
import io.mlops4j.runtime.onnx.device.Devices;
import io.mlops4j.runtime.onnx.environment.LargeStack;
import io.mlops4j.runtime.onnx.environment.SharedThreads;
import io.mlops4j.runtime.onnx.foreign.ForeignRuntime;
import io.mlops4j.runtime.onnx.graph.InputKinds;
import io.mlops4j.runtime.onnx.graph.OnnxGraph;
import io.mlops4j.runtime.onnx.graph.SessionModel;
import io.mlops4j.runtime.onnx.graph.TreeGraph;
import io.mlops4j.spi.DeviceRequest;
import io.mlops4j.spi.LoadRequest;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/** Opens sessions from verified bytes. Thread safe. */
final class Sessions {
  private static final long FOLDED_ALWAYS = 4 << 20;
  private static final long FOLDED_PER_BYTE = 8;

  /** Larger models run for so long that an arena costs nothing beside it. */
  private static final int SMALL_MODEL = 1 << 20;

  private final OrtEnvironment environment;
  private final int threads;
  private final ForeignSessions foreign;

  Sessions(OrtEnvironment environment, int threads, ForeignRuntime.Attempt foreign) {
    this.environment = environment;
    this.threads = threads;
    this.foreign = new ForeignSessions(foreign);
  }

  /**
   * Opens a model, which the caller closes.
   *
   * @throws io.mlops4j.error.EngineUnavailableException if none of its devices is available
   * @throws ModelLoadException if a part of it needs a device that was not requested
   * @throws OrtException if ONNX Runtime refuses the model
   */
  OpenModel open(OnnxFile file, LoadRequest request) throws OrtException {
    return isSmall(file.content(), request)
        ? openBySize(file, request)
        : open(file, request, options -> {});
  }

  private static boolean isSmall(SessionModel model, LoadRequest request) {
    return model.model().remaining() <= SMALL_MODEL
        && model.weights().isEmpty()
        && isCpu(request.device())
        && !request.profiled() // a profile covers one session
        && !request.releasesMemory() // that of an arena
        && request.memoryLimit().isEmpty();
  }

  static boolean isCpu(DeviceRequest device) {
    return device.preferred().isEmpty() || device.preferred().get(0).kind().equals("cpu");
  }

  private OpenModel openBySize(OnnxFile file, LoadRequest request) throws OrtException {
    ByteBuffer bytes = file.content().model();
    byte[] copy = new byte[bytes.remaining()];
    bytes.get(bytes.position(), copy);
    SessionModel kept = new SessionModel(ByteBuffer.wrap(copy), Map.of());
    Path main = file.source().main();
    OpenModel opened = open(file, request, SessionSettings::withoutArena);
    OpenSession small = opened.session(); // the opened model must not be kept
    OpenSession session = new SessionBySize(small, () -> openAgain(kept, request, main, small));
    return new OpenModel(session, opened.graph(), opened.trees(), opened.bytes());
  }

  /** Opens the model of a session with the usual settings, called in the same way. */
  private OpenSession openAgain(
      SessionModel model, LoadRequest request, Path main, OpenSession opened) throws OrtException {
    SessionSettings settings = settings(request, main);
    limitFolding(settings, model);
    return opened instanceof JniSession
        ? session(model, request, main, settings, opened.devices(), opened.calls())
        : foreign.open(model, settings, opened.devices(), request);
  }

  /** Does the same; the session also writes its optimised graph and weights into a folder. */
  OpenModel openAndWrite(OnnxFile file, LoadRequest request, Path folder) throws OrtException {
    return open(
        file,
        request,
        options -> {
          options.optimisedFile(folder.resolve(ModelEntry.GRAPH));
          options.entry(
              "session.optimized_model_external_initializers_file_name", ModelEntry.WEIGHTS);
        });
  }

  private OpenModel open(OnnxFile file, LoadRequest request, Setting setting) throws OrtException {
    SessionModel content = file.content();
    // This path is not a folder, so ONNX Runtime cannot read weights from unverified files.
    Path weights = file.source().main();
    OpenSession session =
        open(
            content,
            file.graph(),
            request,
            weights,
            options -> {
              limitFolding(options, content);
              setting.apply(options);
            });
    return new OpenModel(
        session, file.graph(), TreeGraph.read(file.bytes(), file.graph()), content.bytes());
  }

  /** Opens a model that {@link #openAndWrite} has written, without further optimisation. */
  OpenModel open(ModelEntry entry, LoadRequest request) throws OrtException {
    OnnxGraph graph = OnnxGraph.read(entry.graph(), entry.folder());
    OpenSession session =
        open(
            new SessionModel(entry.graph(), Map.of()),
            graph,
            request,
            entry.folder(),
            SessionSettings::unoptimised);
    return new OpenModel(session, graph, TreeGraph.read(entry.graph(), graph), entry.bytes());
  }

  private interface Setting {
    void apply(SessionSettings settings);
  }

  private OpenSession open(
      SessionModel model, OnnxGraph graph, LoadRequest request, Path main, Setting setting)
      throws OrtException {
    Devices devices = Devices.find(request.device());
    while (true) {
      try {
        SessionSettings settings = settings(request, main);
        setting.apply(settings);
        String obstacle = foreign.obstacle(graph, devices, request.profiled());
        return obstacle == null
            ? foreign.open(model, settings, devices, request)
            : open(model, graph, request, main, settings, devices, obstacle);
      } catch (OrtException e) {
        Devices working = devices.working(this::openSmallest, e);
        if (working == devices) {
          throw refused(main, devices, e);
        }
        devices = working;
      }
    }
  }

  /** Returns the same exception, unless its message says that the model needs another device. */
  private static OrtException refused(Path main, Devices devices, OrtException e) {
    String reason = devices.needsCpu(e);
    if (reason != null) {
      throw new ModelLoadException(main + ": " + reason, e);
    }
    return e;
  }

  private void openSmallest(Devices devices) throws OrtException {
    SessionModel smallest = new SessionModel(UnsignedTensors.smallest(), Map.of());
    LoadRequest plain = LoadRequest.on(DeviceRequest.any());
    session(smallest, plain, Path.of(""), settings(plain, Path.of("")), devices, "").close();
  }

  private OpenSession open(
      SessionModel model,
      OnnxGraph graph,
      LoadRequest request,
      Path main,
      SessionSettings settings,
      Devices devices,
      String obstacle)
      throws OrtException {
    String way = ForeignSessions.jni(obstacle);
    InputKinds.checkNone(graph, main, way);
    if (request.memoryLimit().isPresent()) {
      throw new ModelLoadException(
          "%s: found a memory limit and calls through %s, expected java.lang.foreign: remove the reason in the brackets, or leave out LoadOptions.memoryLimit"
              .formatted(main, way),
          null);
    }
    return session(model, request, main, settings, devices, way);
  }

  private JniSession session(
      SessionModel model,
      LoadRequest request,
      Path main,
      SessionSettings settings,
      Devices devices,
      String way)
      throws OrtException {
    SessionOptions options = new SessionOptions();
    SessionProfile profile = null;
    try {
      devices.addTo(options);
      settings.applyTo(options);
      profile = request.profiled() ? profile(options, main) : null;
      return new JniSession(
          environment,
          LargeStack.open(() -> session(model, options)),
          options,
          devices,
          profile,
          request.releasesMemory(),
          way);
    } catch (OrtException | RuntimeException | Error e) {
      options.close();
      if (profile != null) {
        profile.close();
      }
      throw e;
    }
  }

  /** Returns null, after a warning, if the profile cannot be written. */
  private static @Nullable SessionProfile profile(SessionOptions options, Path main)
      throws OrtException {
    try {
      return SessionProfile.begin(options);
    } catch (IOException e) {
      LoggerFactory.getLogger(Sessions.class)
          .warn("{}: its nodes are not counted, because a profile cannot be written ({})", main, e);
      return null;
    }
  }

  private SessionSettings settings(LoadRequest request, Path main) {
    SessionSettings settings = new SessionSettings(SharedThreads.serve(threads) ? 0 : threads);
    if (!request.trusted()) {
      settings.entry("optimization.disable_specified_optimizers", "ConstantFolding");
    }
    settings.entry("session.model_external_initializers_file_folder_path", main.toString());
    return settings;
  }

  /** The settings that decide how a model is optimised, beside the model and the machine. */
  static List<String> recipe() {
    return List.of(
        "level " + SessionOptions.OptLevel.ALL_OPT,
        "folding " + FOLDED_ALWAYS + " " + FOLDED_PER_BYTE,
        "guards 2");
  }

  /**
   * Limits the size of folded constants. A small file can request products of huge constants, which
   * ONNX Runtime computes while it opens a session, without a time limit. In an honest model,
   * folded constants are at most a few times as large as the file, for example widened
   * half-precision or four-bit weights. Larger ones are computed in the runs, which have deadlines.
   */
  private static void limitFolding(SessionSettings options, SessionModel model) {
    options.entry(
        "optimization.constant_folding_max_output_size_in_bytes",
        Long.toString(Math.max(FOLDED_ALWAYS, FOLDED_PER_BYTE * model.bytes())));
  }

  private OrtSession session(SessionModel model, SessionOptions options) throws OrtException {
    Map<String, OnnxTensorLike> weights = new LinkedHashMap<>();
    try {
      for (Map.Entry<String, SessionModel.Weight> weight : model.weights().entrySet()) {
        weights.put(weight.getKey(), tensor(weight.getValue()));
      }
      if (!weights.isEmpty()) {
        options.addExternalInitializers(weights);
      }
      return session(model.model(), options);
    } finally {
      weights.values().forEach(OnnxTensorLike::close); // the session has copies
    }
  }

  private OnnxTensor tensor(SessionModel.Weight weight) throws OrtException {
    long[] dims = weight.dims().stream().mapToLong(Long::longValue).toArray();
    return TensorTypes.over(weight.elements(), environment, weight.type(), dims);
  }

  private OrtSession session(ByteBuffer bytes, SessionOptions options) throws OrtException {
    if (bytes.isDirect()) {
      return environment.createSession(bytes, options);
    }
    byte[] copy = new byte[bytes.limit()];
    bytes.get(0, copy);
    return environment.createSession(copy, options);
  }
}
