package io.mlops4j.runtime.onnx;

import static io.mlops4j.runtime.onnx.OnnxFixture.bytes;
import static io.mlops4j.runtime.onnx.OnnxFixture.feed;
import static io.mlops4j.runtime.onnx.OnnxFixture.floats;
import static io.mlops4j.runtime.onnx.OnnxFixture.source;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtLoggingLevel;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.OrtSession.SessionOptions;
import com.fasterxml.jackson.core.JacksonException;
import io.mlops4j.error.InferenceException;
import io.mlops4j.error.ModelLoadException;
import io.mlops4j.fixture.Waits;
import io.mlops4j.model.ModelCache;
import io.mlops4j.model.Placement;
import io.mlops4j.runtime.internal.source.ModelReader;
import io.mlops4j.spi.DeviceRequest;
import io.mlops4j.spi.EngineModel;
import io.mlops4j.spi.EngineSlot;
import io.mlops4j.spi.LoadRequest;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which device ran how many nodes, as ONNX Runtime's own profile tells. */
class ProfiledModelTest {
  private static final LoadRequest PROFILED = OnnxFixture.CPU.withProfiling();

  private final OnnxFixture onnx = new OnnxFixture();

  @AfterEach
  void everyByteIsFreedAndNothingIsLeft() throws IOException {
    onnx.close();
    assertThat(onnx.memory.bytes()).isZero();
    Waits.untilNothingIsLeft("mlops4j-profile-");
  }

  private static List<Path> profiles() throws IOException {
    try (Stream<Path> files = Files.list(Path.of(System.getProperty("java.io.tmpdir")))) {
      return files
          .filter(file -> file.getFileName().toString().startsWith("mlops4j-profile-"))
          .toList();
    }
  }

  private EngineModel load(String name) {
    return onnx.engine.load(source(name, bytes(name)), PROFILED);
  }

  /** ONNX Runtime itself writes what it makes of a model; each of its nodes runs. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "mlp4",
        "fixed_batch8",
        "columns",
        "strings_out",
        "dynamic",
        "classifier_zipmap",
        "sklearn/penguins_forest",
        "engine/scalar",
        "engine/type_uint16",
        "engine/type_string",
        "engine/type_float16"
      })
  void everyNodeOfTheOptimisedModelIsCounted(String name, @TempDir Path folder) throws Exception {
    Path optimised = folder.resolve("optimised.onnx");
    try (SessionOptions options = new SessionOptions()) {
      options.setOptimizedModelFilePath(optimised.toString());
      options.setSessionLogLevel(OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR);
      OrtEnvironment.getEnvironment().createSession(bytes(name), options).close();
    }
    int nodes = ModelProto.parseFrom(Files.readAllBytes(optimised)).getGraph().getNodeCount();
    try (EngineModel model =
        onnx.engine.load(source(name, bytes(name)), PROFILED.withEngineOnly())) {
      assertThat(nodes).isPositive();
      assertThat(model.placement()).isEqualTo(Placement.of("cpu").withNodes(Map.of("cpu", nodes)));
    }
  }

  @Test
  void aProfiledModelAnswersAsAnyOtherAndItsProfileIsGone() throws IOException {
    LoadRequest required = LoadRequest.on(DeviceRequest.of("cpu")).withProfiling();
    try (EngineModel model = onnx.engine.load(source("mlp4", bytes("mlp4")), required);
        EngineSlot slot = model.slot()) {
      assertThat(model.placement().nodesByDevice()).containsOnlyKeys("cpu");
      Waits.untilNothingIsLeft("mlops4j-profile-");
      feed(slot, 0, floats(1, 2, 3, 4), 1, 4);
      slot.run();
      assertThat(floats(slot.output(0))).containsExactly(7.75f, 4.25f);
    }
  }

  @Test
  void withoutAProfileNothingIsCounted() {
    try (EngineModel model = onnx.load("mlp4")) {
      assertThat(model.placement().nodesByDevice()).isEmpty();
    }
  }

  @Test
  void nodesInLoopsCountOnce() throws IOException {
    assertThat(
            count(
                node("a_kernel_time", "CPUExecutionProvider", 0, "Add"),
                node("loop_kernel_time", "CPUExecutionProvider", 1, "Loop"),
                node("a_kernel_time", "CPUExecutionProvider", 0, "Add")))
        .isEqualTo(Map.of("CPUExecutionProvider", 2));
  }

  @Test
  void everyProviderIsCountedAndOtherEventsAreNot() throws IOException {
    assertThat(
            count(
                "{\"cat\" : \"Session\",\"name\" :\"model_run\",\"args\" : {}}",
                node("_kernel_time", "CUDAExecutionProvider", 0, "Gemm"),
                node("_kernel_time", "CUDAExecutionProvider", 1, "Gemm"),
                node("x_fence_before", "CUDAExecutionProvider", 2, "Gemm"),
                "{\"cat\" : \"Node\",\"name\" :\"x_kernel_time\",\"args\" : {}}",
                "{\"cat\" : \"Kernel\",\"name\" :\"sgemm\",\"args\" : {\"stream\" : \"7\"}}",
                node("s_kernel_time", "CPUExecutionProvider", 3, "StringNormalizer")))
        .isEqualTo(Map.of("CUDAExecutionProvider", 2, "CPUExecutionProvider", 1));
  }

  private static String node(String name, String provider, int index, String operator) {
    return "{\"cat\" : \"Node\",\"pid\" :1,\"dur\" :2,\"ts\" :3,\"ph\" : \"X\",\"name\" :\"%s\",\"args\" : {\"op_name\" : \"%s\",\"provider\" : \"%s\",\"node_index\" : \"%d\",\"output_type_shape\" : [{\"float\":[1,2]}]}}"
        .formatted(name, operator, provider, index);
  }

  private static Map<String, Integer> count(String... events) throws IOException {
    return count("[\n" + String.join(",\n", events) + "\n]\n");
  }

  private static Map<String, Integer> count(String json) throws IOException {
    return SessionProfile.count(new ByteArrayInputStream(json.getBytes(StandardCharsets.UTF_8)));
  }

  @Test
  void profilesThatWereCutAreRefused() {
    assertThatThrownBy(() -> count("[\n" + node("a_kernel_time", "CPU", 0, "Add") + ",\n"))
        .isInstanceOf(JacksonException.class);
  }

  /** Names are the model's, and ONNX Runtime writes them as they are. */
  @Test
  void namesThatBreakTheProfileLeaveTheModelAsItIs() throws Exception {
    ModelProto.Builder named = ModelProto.parseFrom(bytes("mlp4")).toBuilder();
    for (NodeProto.Builder node : named.getGraphBuilder().getNodeBuilderList()) {
      node.setName("a\"b{" + node.getOutput(0));
    }
    byte[] model = named.build().toByteArray();
    try (EngineModel loaded = onnx.engine.load(source("named.onnx", model), PROFILED);
        EngineSlot slot = loaded.slot()) {
      assertThat(loaded.placement()).isEqualTo(Placement.of("cpu"));
      feed(slot, 0, floats(1, 2, 3, 4), 1, 4);
      slot.run();
      assertThat(floats(slot.output(0))).containsExactly(7.75f, 4.25f);
    }
  }

  @Test
  void modelsThatDoNotAnswerZerosLoadUncounted() {
    try (EngineModel model = load("fault")) {
      assertThat(model.placement()).isEqualTo(Placement.of("cpu"));
    }
    try (EngineModel model = load("engine/any_rank")) {
      assertThat(model.placement().nodesByDevice()).isEqualTo(Map.of("cpu", 1));
    }
  }

  @Test
  void aRunThatWouldNeverEndIsEnded() throws Exception {
    try (EngineModel model = onnx.load("endless")) {
      assertThatThrownBy(() -> ProfiledRun.of(model, Duration.ofMillis(50)))
          .isInstanceOf(InferenceException.class)
          .hasMessageContaining("cancelled");
    }
    for (Thread thread : Thread.getAllStackTraces().keySet()) {
      if (thread.getName().equals("mlops4j-profile")) {
        thread.join(60_000); // it may still be about to end
        assertThat(thread.isAlive()).isFalse();
      }
    }
  }

  @Test
  void theProfileIsThisUsersAloneAndGoneOnceItIsClosed() throws Exception {
    try (SessionOptions options = new SessionOptions();
        SessionProfile profile = SessionProfile.begin(options)) {
      try (OrtSession session =
          OrtEnvironment.getEnvironment().createSession(bytes("mlp4"), options)) {
        assertThat(Files.getPosixFilePermissions(profile.folder()))
            .isEqualTo(PosixFilePermissions.fromString("rwx------"));
        assertThat(profiles()).contains(profile.folder());
        assertThat(SessionProfile.end(session)).isEmpty();
      }
    }
    Waits.untilNothingIsLeft("mlops4j-profile-");
  }

  @Test
  void modelsThatCannotBeOpenedLeaveNoProfile() {
    byte[] cut = Arrays.copyOf(bytes("mlp4"), 100);
    assertThatThrownBy(() -> onnx.engine.load(source("cut.onnx", cut), PROFILED))
        .isInstanceOf(ModelLoadException.class);
    assertThatThrownBy(
            () -> onnx.engine.load(source("unknown.onnx", bytes("engine/unknown_op")), PROFILED))
        .isInstanceOf(ModelLoadException.class);
  }

  @Test
  void aProfiledModelIsNeitherTakenFromTheCacheNorKeptThere(@TempDir Path folder)
      throws IOException {
    ModelCache cache = ModelCache.in(folder.resolve("cache"));
    try (CacheFixture cached = new CacheFixture(cache);
        EngineModel model =
            cached.engine.load(
                new ModelReader(cache).read(CacheFixture.MODELS.resolve("mlp4.onnx"), true),
                PROFILED)) {
      assertThat(model.placement().nodesByDevice()).containsOnlyKeys("cpu");
      try (Stream<Path> files = Files.walk(folder)) {
        assertThat(files.map(file -> file.getFileName().toString())).doesNotContain("graph.onnx");
      }
    }
  }
}
