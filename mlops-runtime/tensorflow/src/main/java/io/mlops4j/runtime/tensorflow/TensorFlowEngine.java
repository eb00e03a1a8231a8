package io.mlops4j.runtime.tensorflow;

import io.mlops4j.error.EngineUnavailableException;
import io.mlops4j.error.ModelLoadException;
import io.mlops4j.model.Device;
import io.mlops4j.model.ModelFormat;
import io.mlops4j.model.Placement;
import io.mlops4j.spi.DeviceRequest;
import io.mlops4j.spi.Engine;
import io.mlops4j.spi.EngineModel;
import io.mlops4j.spi.EngineOptions;
import io.mlops4j.spi.LoadRequest;
import io.mlops4j.spi.ModelSource;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.tensorflow.internal.c_api.global.tensorflow;

/**
 * The TensorFlow engine on the CPU. The library is shared by the process; each model has its own
 * session.
 */
final class TensorFlowEngine implements Engine {
  private static final String ASSETS = "assets/";
  private static final String VARIABLES = "variables/variables";
  private static final String PHYSICAL_BYTES = "org.bytedeco.javacpp.maxPhysicalBytes";

  private final EngineOptions options;
  private volatile boolean closed;

  private TensorFlowEngine(EngineOptions options) {
    this.options = options;
  }

  static TensorFlowEngine open(EngineOptions options) {
    if (System.getProperty(PHYSICAL_BYTES) == null) {
      System.setProperty(PHYSICAL_BYTES, "0"); // read when the first class of JavaCPP is loaded
    }
    try {
      version();
    } catch (LinkageError e) {
      throw new EngineUnavailableException(
          "tensorflow: its native library cannot be loaded on %s %s (%s); expected one of TensorFlow Java %s, and 700 MB of space in the folder that org.bytedeco.javacpp.cachedir names, by default ~/.javacpp/cache"
              .formatted(
                  System.getProperty("os.name"),
                  System.getProperty("os.arch"),
                  e.getCause() == null ? e : e.getCause(),
                  TensorFlowEngineProvider.TESTED),
          e);
    }
    return new TensorFlowEngine(options);
  }

  /** Loads the native library, and returns its version, for example 2.18.0. */
  static String version() {
    return tensorflow.TF_Version().getString();
  }

  @Override
  public EngineModel load(ModelSource source, LoadRequest request) {
    if (closed) {
      throw new IllegalStateException("the engine is closed");
    }
    if (request.memoryLimit().isPresent()) {
      throw new ModelLoadException(
          source.main()
              + ": found a memory limit, which TensorFlow does not have; leave out"
              + " LoadOptions.memoryLimit",
          null);
    }
    Placement placement = placement(request.device());
    Map<String, ByteBuffer> files = source.external();
    ByteBuffer main = main(source, files);
    DeclaredSignature declared =
        SavedModelReader.read(main, source.main(), request.signature().orElse(null));
    AllowedOperations.check(source.main(), declared, request.operations());
    requireAssets(source.main(), files, declared);
    NativeSession session = session(source.main(), files, declared.tags());
    TensorFlowModel model = null;
    try {
      model =
          new TensorFlowModel(
              new LoadedGraph(
                  source.main(),
                  session,
                  Endpoint.inputs(declared.inputs(), session, source.main()),
                  Endpoint.find(declared.outputs(), "output", session, source.main()),
                  declared.signature()),
              options.memory(),
              placement,
              files.values().stream().mapToLong(ByteBuffer::remaining).sum());
      return model;
    } finally {
      if (model == null) {
        session.close();
      }
    }
  }

  private static ByteBuffer main(ModelSource source, Map<String, ByteBuffer> files) {
    ByteBuffer main = files.get(SavedModelFolder.MAIN);
    if (!source.format().equals(ModelFormat.TENSORFLOW) || main == null) {
      throw new ModelLoadException(
          "%s: found format %s with the files %s, expected a folder of format %s with a %s"
              .formatted(
                  source.main(),
                  source.format().id(),
                  files.keySet(),
                  ModelFormat.TENSORFLOW.id(),
                  SavedModelFolder.MAIN),
          null);
    }
    if (files.keySet().stream().anyMatch(name -> name.startsWith(VARIABLES + ".data"))
        && !files.containsKey(VARIABLES + ".index")) {
      // TensorFlow would load the model without values, and each call would fail.
      throw new ModelLoadException(
          "%s: found variables without %s.index, expected the whole folder; copy or export it again"
              .formatted(source.main(), VARIABLES),
          null);
    }
    return main;
  }

  /**
   * Requires that the folder's files include all assets. An asset outside the folder is rejected.
   */
  private static void requireAssets(
      Path main, Map<String, ByteBuffer> files, DeclaredSignature declared) {
    for (String asset : declared.assets()) {
      if (!files.containsKey(ASSETS + asset)) {
        throw new ModelLoadException(
            "%s: found no %s%s, which the graph reads, expected it in the folder; copy or export all of it again"
                .formatted(main, ASSETS, asset),
            null);
      }
    }
  }

  private NativeSession session(Path main, Map<String, ByteBuffer> files, List<String> tags) {
    try (SavedModelFolder folder = SavedModelFolder.write(files, main)) {
      return NativeSession.load(folder, tags, options.threads());
    }
  }

  /**
   * Places every model on the CPU. NativeSession keeps an application's GPU build of TensorFlow
   * from using the GPU.
   */
  private static Placement placement(DeviceRequest request) {
    Map<String, String> missing = new LinkedHashMap<>();
    for (Device device : request.preferred()) {
      if (device.equals(Device.cpu())) {
        break;
      }
      if (device.kind().equals("cpu")) {
        throw new EngineUnavailableException(
            "device %s: found a number or options, expected cpu alone: TensorFlow takes neither"
                .formatted(device),
            null);
      }
      missing.put(device.name(), "SavedModels run on the CPU only");
    }
    if (!request.allows("cpu")) {
      throw new EngineUnavailableException(
          "device %s: expected cpu, the only one on which SavedModels run"
              .formatted(String.join(", ", missing.keySet())),
          null);
    }
    return Placement.of("cpu").withMissing(missing);
  }

  /** Returns false, because TensorFlow's C API can only end all runs of a session at once. */
  @Override
  public boolean cancels() {
    return false;
  }

  @Override
  public void close() {
    closed = true;
  }
}
