package io.mlops4j.runtime.onnx;

import static io.mlops4j.runtime.onnx.OnnxFixture.CPU;
import static io.mlops4j.runtime.onnx.OnnxFixture.bytes;
import static io.mlops4j.runtime.onnx.OnnxFixture.feed;
import static io.mlops4j.runtime.onnx.OnnxFixture.floats;
import static io.mlops4j.runtime.onnx.OnnxFixture.read;
import static io.mlops4j.runtime.onnx.OnnxFixture.source;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnxruntime.OrtEnvironment;
import io.mlops4j.error.EngineUnavailableException;
import io.mlops4j.error.ModelLoadException;
import io.mlops4j.fixture.DependsOnJava;
import io.mlops4j.model.ModelFormat;
import io.mlops4j.model.Placement;
import io.mlops4j.runtime.internal.cache.ModelEntry;
import io.mlops4j.runtime.onnx.environment.OnnxVersion;
import io.mlops4j.runtime.onnx.foreign.ForeignRuntime;
import io.mlops4j.spi.DeviceRequest;
import io.mlops4j.spi.EngineModel;
import io.mlops4j.spi.EngineOptions;
import io.mlops4j.spi.EngineProvider;
import io.mlops4j.spi.EngineSlot;
import io.mlops4j.spi.HostMemory;
import io.mlops4j.spi.LoadRequest;
import java.lang.ref.WeakReference;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.ServiceLoader;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.ObjIntConsumer;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DependsOnJava
class OnnxEngineTest {

  private final OnnxFixture onnx = new OnnxFixture();

  @AfterEach
  void everyByteIsFreed() {
    onnx.close();
    assertThat(onnx.memory.bytes()).isZero();
  }

  /** As ONNX Runtime 1.17 has them, as far as this is about. */
  private static final String OLD_SESSION =
      "package ai.onnxruntime; public class OrtSession { public static class SessionOptions {} }";

  private static final String OLD_ENVIRONMENT =
      "package ai.onnxruntime; public class OrtEnvironment {"
          + " public OrtSession createSession(byte[] b, OrtSession.SessionOptions o) {"
          + " return null; } }";

  @Test
  void providerIsFoundByServiceLoader() {
    List<EngineProvider> found = new ArrayList<>();
    ServiceLoader.load(EngineProvider.class).forEach(found::add);
    assertThat(found).hasAtLeastOneElementOfType(OnnxEngineProvider.class);
    EngineProvider provider = new OnnxEngineProvider();
    assertThat(provider.name()).isEqualTo("onnxruntime");
    assertThat(provider.formats()).containsExactly(ModelFormat.ONNX);
    assertThat(provider.missing()).isEmpty();
  }

  @Test
  void missingLibraryNamesTheArtifactToAdd() throws Exception {
    try (URLClassLoader nothing =
        new URLClassLoader(new URL[0], ClassLoader.getPlatformClassLoader())) {
      assertThat(OnnxEngineProvider.missing(nothing))
          .hasValueSatisfying(
              text -> assertThat(text).contains("com.microsoft.onnxruntime:onnxruntime:1.29.0"));
    }
  }

  @Test
  void aVersionThatIsTooOldIsNamedInPlaceOfAMissingMethod(@TempDir Path old) throws Exception {
    Path session = Files.writeString(old.resolve("OrtSession.java"), OLD_SESSION);
    Path environment = Files.writeString(old.resolve("OrtEnvironment.java"), OLD_ENVIRONMENT);
    int problems =
        ToolProvider.getSystemJavaCompiler()
            .run(null, null, null, "-d", "" + old, "" + session, "" + environment);
    assertThat(problems).isZero();
    try (URLClassLoader loader =
        new URLClassLoader(new URL[] {old.toUri().toURL()}, ClassLoader.getPlatformClassLoader())) {
      assertThat(OnnxEngineProvider.missing(loader))
          .hasValueSatisfying(
              text ->
                  assertThat(text)
                      .contains("too old, expected com.microsoft.onnxruntime:onnxruntime:1.29.0"));
    }
  }

  @Test
  void testedVersionIsTheOneOnTheClassPath() {
    assertThat(OrtEnvironment.getEnvironment().getVersion()).isEqualTo(OnnxVersion.TESTED);
  }

  @Test
  void memoryWithoutBuffersIsRefused() {
    HostMemory foreign =
        new HostMemory() {
          @Override
          public long allocate(long bytes, int alignment) {
            return 0;
          }

          @Override
          public void free(long address) {}
        };
    assertThatThrownBy(() -> new OnnxEngineProvider().open(EngineOptions.of(foreign, 1)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("DirectMemory");
  }

  @Test
  void signatureTellsNamesTypesAndSymbols() {
    try (EngineModel model = onnx.load("columns")) {
      assertThat(model.signature())
          .hasToString(
              "(f: float32[N], d: float64[N], i: int32[N], l: int64[N], b: bool[N], s: string[N])"
                  + " -> (f_out: float32[N], d_out: float64[N], i_out: int32[N], l_out: int64[N],"
                  + " b_out: bool[N], s_out: string[N], total: float64[N])");
      assertThat(model.placement()).isEqualTo(Placement.of("cpu"));
      assertThat(model.nativeBytes()).isEqualTo(bytes("columns").length);
    }
    try (EngineModel model = onnx.load("engine/unnamed")) {
      assertThat(model.signature()).hasToString("(x: float32[?, 4]) -> (y: float32[?, 2])");
    }
    try (EngineModel model = onnx.load("fixed_batch8")) {
      assertThat(model.signature()).hasToString("(x: float32[8, 4]) -> (y: float32[8, 2])");
    }
  }

  @Test
  void scalarsAndUnknownRanksAreToldApart() {
    try (EngineModel model = onnx.load("engine/scalar")) {
      assertThat(model.signature()).hasToString("(x: float32[]) -> (y: float32[])");
    }
    try (EngineModel model = onnx.load("engine/any_rank")) {
      assertThat(model.signature()).hasToString("(x: float32[...]) -> (y: float32[...])");
    }
  }

  @Test
  void initialisersThatAreInputsTooStayAsTheyAre() {
    try (EngineModel model = onnx.load("engine/overridable");
        EngineSlot slot = model.slot()) {
      assertThat(model.signature()).hasToString("(x: float32[N]) -> (y: float32[N])");
      feed(slot, 0, floats(1, 2), 2);
      slot.run();
      assertThat(floats(slot.output(0))).containsExactly(1.5f, 2.5f);
    }
  }

  @Test
  void directAndHeapBytesLoadAlikeFromTheirPosition() {
    byte[] content = bytes("mlp4");
    ByteBuffer direct = ByteBuffer.allocateDirect(content.length + 3).position(3);
    direct.put(content).position(3);
    ByteBuffer heap = ByteBuffer.allocate(content.length + 3).position(3);
    heap.put(content).position(3);
    for (ByteBuffer buffer : List.of(direct, heap.asReadOnlyBuffer())) {
      try (EngineModel model =
              onnx.engine.load(new OnnxFixture.Source("mlp4.onnx", buffer, Map.of()), CPU);
          EngineSlot slot = model.slot()) {
        feed(slot, 0, floats(1, 2, 3, 4), 1, 4);
        slot.run();
        assertThat(floats(slot.output(0))).containsExactly(7.75f, 4.25f);
      }
    }
  }

  @Test
  void emptyTextAndRandomBytesAreRefused() {
    byte[] random = new byte[1000];
    new Random(1).nextBytes(random);
    byte[] text = "feature,label\n1.0,2\n".getBytes(StandardCharsets.UTF_8);
    assertThatThrownBy(() -> onnx.engine.load(source("empty.onnx", new byte[0]), CPU))
        .isInstanceOf(ModelLoadException.class)
        .hasMessage("empty.onnx: found an empty file, expected an ONNX model");
    for (byte[] bytes : List.of(random, text, new byte[] {0})) {
      assertThatThrownBy(() -> onnx.engine.load(source("data.csv", bytes), CPU))
          .isInstanceOf(ModelLoadException.class)
          .hasMessageContaining("data.csv: found " + bytes.length + " bytes")
          .hasMessageContaining("expected a complete ONNX model");
    }
  }

  @Test
  void truncatedModelsAreRefusedWhereverTheyAreCut() {
    byte[] whole = bytes("mlp4");
    // The last 16 bytes are an operator set that no operator uses: without them it is whole again.
    for (int length = 1; length < whole.length - 16; length++) {
      byte[] cut = Arrays.copyOf(whole, length);
      assertThatThrownBy(() -> onnx.engine.load(source("cut.onnx", cut), CPU).close())
          .as("first %d of %d bytes", length, whole.length)
          .isInstanceOf(ModelLoadException.class);
    }
  }

  @Test
  void devicesThatAreNotThereAreNeverReplacedSilently() {
    for (String device :
        List.of(
            "cuda", "cuda:1", "tensorrt", "coreml", "directml:1", "openvino", "rocm", "xnnpack")) {
      assertThatThrownBy(() -> loadOn(device))
          .isInstanceOf(EngineUnavailableException.class)
          .hasMessageStartingWith("device " + device + ": found ONNX Runtime 1.29.0 with ")
          .hasMessageContaining("CPUExecutionProvider");
    }
    assertThatThrownBy(() -> loadOn("cuda"))
        .hasMessageContaining("expected com.microsoft.onnxruntime:onnxruntime_gpu:1.29.0 in place")
        .hasMessageContaining("an NVIDIA driver, CUDA 12 and cuDNN 9");
    assertThatThrownBy(() -> loadOn("tensorrt")).hasMessageContaining("TensorRT 10");
    assertThatThrownBy(() -> loadOn("xnnpack")).hasMessageContaining("built with XNNPACK");
    assertThatThrownBy(() -> loadOn("tpu"))
        .isInstanceOf(EngineUnavailableException.class)
        .hasMessageContaining(
            "expected one of [coreml, cpu, cuda, directml, openvino, rocm, tensorrt, xnnpack]");
  }

  @Test
  void nextPreferredDeviceIsTakenAndTold() {
    try (EngineModel model = loadOn("cuda", "xnnpack", "cpu")) {
      assertThat(model.placement().devices()).containsExactly("cpu");
      assertThat(model.placement().missing()).containsOnlyKeys("cuda", "xnnpack");
      assertThat(model.placement().missing().get("cuda")).contains("onnxruntime_gpu:1.29.0");
    }
  }

  private EngineModel loadOn(String... devices) {
    return onnx.engine.load(
        source("mlp4.onnx", bytes("mlp4")), LoadRequest.on(DeviceRequest.of(devices)));
  }

  @Test
  void constantsOfAnUntrustedModelAreNotFolded(@TempDir Path folder) throws Exception {
    LoadRequest trusted = CPU;
    assertThat(nodesAsOptimised(trusted, folder.resolve("trusted"))).containsExactly("Add");
    assertThat(nodesAsOptimised(trusted.withoutTrust(), folder.resolve("untrusted")))
        .containsExactly("Add", "Add");
  }

  private List<String> nodesAsOptimised(LoadRequest request, Path folder) throws Exception {
    Files.createDirectory(folder);
    Sessions sessions =
        new Sessions(
            OrtEnvironment.getEnvironment(), 1, new ForeignRuntime.Attempt(null, "not tried"));
    OnnxFile file = OnnxFile.read(source("folded.onnx", bytes("folded")), true);
    sessions.openAndWrite(file, request, folder).close();
    return ModelProto.parseFrom(Files.readAllBytes(folder.resolve(ModelEntry.GRAPH)))
        .getGraph()
        .getNodeList()
        .stream()
        .map(NodeProto::getOpType)
        .toList();
  }

  @Test
  void modelsLoadAndCloseAgainAndAgain() {
    for (int i = 0; i < 200; i++) {
      try (EngineModel model = onnx.load("mlp4");
          EngineSlot slot = model.slot()) {
        feed(slot, 0, floats(1, 2, 3, 4), 1, 4);
        slot.run();
        assertThat(floats(slot.output(0))).containsExactly(7.75f, 4.25f);
      }
      assertThat(onnx.memory.bytes()).isZero();
    }
  }

  @Test
  void loadedModelDoesNotKeepTheBytesOfItsFile() {
    List<WeakReference<byte[]>> file = new ArrayList<>();
    try (EngineModel model = loadedFrom(bytes("engine/words"), file)) {
      assertTimeoutPreemptively(
          Duration.ofSeconds(30),
          () -> {
            while (file.get(0).get() != null) {
              System.gc();
            }
          });
      assertThat(model.signature().inputs()).isNotEmpty();
    }
  }

  private EngineModel loadedFrom(byte[] bytes, List<WeakReference<byte[]>> file) {
    file.add(new WeakReference<>(bytes));
    return onnx.engine.load(source("words.onnx", bytes), CPU);
  }

  @Test
  void slotsOutliveTheCloseOfTheirModelAndEngine() {
    EngineModel model = onnx.load("mlp4");
    EngineSlot slot = model.slot();
    EngineModel counts = onnx.load("engine/type_uint16");
    EngineSlot count = counts.slot();
    model.close();
    model.close();
    counts.close();
    onnx.engine.close();
    onnx.engine.close();
    assertThatThrownBy(model::slot).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> onnx.load("mlp4")).isInstanceOf(IllegalStateException.class);
    feed(slot, 0, floats(1, 2, 3, 4), 1, 4);
    slot.run();
    assertThat(floats(slot.output(0))).containsExactly(7.75f, 4.25f);
    slot.close();
    byte[] elements = {1, 2, 3, 4, 5, -1};
    feed(count, 0, elements, 1, 3);
    count.run();
    assertThat(read(count.output(0))).isEqualTo(elements);
    count.close();
  }

  @Test
  void manySlotsOfOneModelRunAtOnce() throws Exception {
    manyAtOnce("mlp4", OnnxEngineTest::callManyTimes);
  }

  @Test
  void manySlotsShareTheCastsOfUnsignedInputs() throws Exception {
    manyAtOnce("engine/type_uint32", OnnxEngineTest::countManyTimes);
  }

  private void manyAtOnce(String name, ObjIntConsumer<EngineModel> calls) throws Exception {
    int callers = 8;
    ExecutorService threads = Executors.newFixedThreadPool(callers);
    try (EngineModel model = onnx.load(name)) {
      CountDownLatch start = new CountDownLatch(callers);
      List<Future<?>> all = new ArrayList<>();
      for (int t = 0; t < callers; t++) {
        int caller = t;
        all.add(
            threads.submit(
                () -> {
                  start.countDown();
                  start.await();
                  calls.accept(model, caller);
                  return null;
                }));
      }
      for (Future<?> one : all) {
        one.get();
      }
    } finally {
      threads.shutdown();
    }
  }

  /**
   * relu(x) W2 + b2 of a row (k, 0, 0, 0), by hand: h = (k + 0.5, 0, 0), y = (h + 0.25, -h - 0.25).
   */
  private static void callManyTimes(EngineModel model, int caller) {
    try (EngineSlot slot = model.slot()) {
      for (int i = 0; i < 300; i++) {
        int rows = 1 + (i + caller) % 7;
        float[] x = new float[4 * rows];
        x[4 * (rows - 1)] = caller + i;
        feed(slot, 0, floats(x), rows, 4);
        slot.run();
        float[] y = floats(slot.output(0));
        assertThat(y[2 * rows - 2]).isEqualTo(caller + i + 0.75f);
        assertThat(y[2 * rows - 1]).isEqualTo(-(caller + i + 0.75f));
        slot.recycle();
      }
    }
  }

  private static void countManyTimes(EngineModel model, int caller) {
    try (EngineSlot slot = model.slot()) {
      for (int i = 0; i < 300; i++) {
        int rows = 1 + (i + caller) % 7;
        byte[] counts = new byte[12 * rows];
        Arrays.fill(counts, (byte) (17 * caller + i));
        feed(slot, 0, counts, rows, 3);
        slot.run();
        assertThat(read(slot.output(0))).isEqualTo(counts);
        slot.recycle();
      }
    }
  }
}
