package io.mlops4j.runtime.tensorflow;

import static io.mlops4j.runtime.compatibility.SlotCalls.feed;
import static io.mlops4j.runtime.compatibility.SlotCalls.floats;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.error.EngineUnavailableException;
import io.mlops4j.error.ModelLoadException;
import io.mlops4j.model.Placement;
import io.mlops4j.runtime.compatibility.SlotCalls;
import io.mlops4j.spi.DeviceRequest;
import io.mlops4j.spi.EngineModel;
import io.mlops4j.spi.EngineSlot;
import io.mlops4j.spi.LoadRequest;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.bytedeco.javacpp.Pointer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.tensorflow.internal.c_api.global.tensorflow;
import org.tensorflow.proto.AssetFileDef;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.MetaGraphDef;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.proto.SavedModel;
import org.tensorflow.proto.SignatureDef;
import org.tensorflow.proto.TensorInfo;

class TensorFlowEngineTest {
  private static final String MAIN = "saved_model.pb";

  private TensorFlowFixture fixture;

  @BeforeEach
  void open() {
    fixture = new TensorFlowFixture();
  }

  @AfterEach
  void everyByteIsFreed() {
    fixture.close();
  }

  @Test
  void nativeLibraryIsTheOneThatWasTested() {
    assertThat(TensorFlowEngine.version()).isEqualTo("2.18.0");
    assertThat(tensorflow.class.getProtectionDomain().getCodeSource().getLocation())
        .asString()
        .endsWith("tensorflow-core-native-" + TensorFlowEngineProvider.TESTED + ".jar");
  }

  @Test
  void missingNativeLibraryNamesItsClassifier() {
    ClassLoader here = getClass().getClassLoader();
    assertThat(TensorFlowEngineProvider.missing(here, "Linux", "riscv64"))
        .hasValue(
            "found no native library of TensorFlow for this machine on the class path: add"
                + " org.tensorflow:tensorflow-core-native:1.1.0 with the classifier linux-riscv64");
    assertThat(TensorFlowEngineProvider.missing(here, "Windows 11", "amd64").orElseThrow())
        .endsWith("windows-x86_64");
    assertThat(TensorFlowEngineProvider.missing(here, "Mac OS X", "x86_64").orElseThrow())
        .endsWith("macosx-x86_64");
  }

  @Test
  void javaCppIsKeptFromCountingTheWholeProcess() {
    assertThat(System.getProperty("org.bytedeco.javacpp.maxPhysicalBytes")).isEqualTo("0");
    assertThat(Pointer.maxPhysicalBytes()).isZero();
  }

  @Test
  void defaultSignatureIsTakenAndAnyOtherCanBeChosen() {
    try (EngineModel fares = fixture.load("fares", null);
        EngineModel labels = fixture.load("fares", "label");
        EngineModel only = fixture.load("only", null)) {
      assertThat(fares.signature())
          .hasToString("(cabin: string[?], distance: float32[?]) -> (fare: float32[?])");
      assertThat(labels.signature()).hasToString("(cabin: string[?]) -> (label: string[?])");
      assertThat(only.signature()).isEqualTo(fares.signature());
      assertThat(fares.placement()).isEqualTo(Placement.of("cpu"));
      long bytes =
          TensorFlowFixture.files("fares").values().stream().mapToLong(file -> file.length).sum();
      assertThat(fares.nativeBytes()).isEqualTo(bytes);
      assertFares(fares);
      assertFares(only);
      try (EngineSlot slot = labels.slot()) {
        SlotCalls.feedText(slot, 0, new String[] {" business ", "economy"}, 2);
        slot.run();
        assertThat(SlotCalls.readText(slot.output(0))).containsExactly("BUSINESS", "ECONOMY");
      }
    }
  }

  /** 0.25 a kilometre and 40 for the start; three times as much in business. */
  private static void assertFares(EngineModel model) {
    try (EngineSlot slot = model.slot()) {
      SlotCalls.feedText(slot, 0, new String[] {"economy", "business", "first"}, 3);
      feed(slot, 1, floats(1000, 1000, 0), 3);
      slot.run();
      assertThat(floats(slot.output(0))).containsExactly(290, 870, 40);
    }
  }

  @Test
  void severalSignaturesWithoutADefaultAreListed() {
    assertThatThrownBy(() -> fixture.load("jobs", null))
        .isInstanceOf(ModelLoadException.class)
        .hasMessageContaining("planted: found the signatures [affine, any_rank, fixed, identity_")
        .hasMessageContaining("serving_default")
        .hasMessageNotContaining("__saved_model_init_op")
        .hasMessageContaining("LoadOptions.signature");
    assertThatThrownBy(() -> fixture.load("fares", "fair"))
        .isInstanceOf(ModelLoadException.class)
        .hasMessage(
            "planted: found the signatures [label, serving_default], expected \"fair\" among them;"
                + " correct LoadOptions.signature");
  }

  @Test
  void modelsWithoutSignatureOutputOrTagAreRefusedWithWhatWasFound() throws Exception {
    assertRefused(MetaGraphDef.Builder::clearSignatureDef, "SavedModel without signatures");
    assertRefused(
        meta -> change(meta, SignatureDef.Builder::clearOutputs),
        "signature serving_default: found no outputs");
    assertRefused(
        meta -> meta.getMetaInfoDefBuilder().clearTags().addTags("train"),
        "found graphs with the tags [[train]], expected one with the tag \"serve\"");
    assertThatThrownBy(() -> fixture.load(Map.of(MAIN, new byte[0]), null))
        .isInstanceOf(ModelLoadException.class)
        .hasMessageContaining("found graphs with the tags []");
    assertThatThrownBy(() -> fixture.load(Map.of("model.pb", new byte[0]), null))
        .isInstanceOf(ModelLoadException.class)
        .hasMessageContaining("[model.pb]")
        .hasMessageContaining(MAIN);
  }

  @Test
  void graphsWithFurtherTagsAreServed() throws Exception {
    Map<String, byte[]> tagged = changed(meta -> meta.getMetaInfoDefBuilder().addTags("gpu"));
    try (EngineModel model = fixture.load(tagged, null)) {
      assertFares(model);
    }
  }

  @Test
  void inputsThatCannotBeGivenAreRefusedByName() throws Exception {
    assertThatThrownBy(() -> fixture.load("jobs", "identity_complex64"))
        .isInstanceOf(ModelLoadException.class)
        .hasMessageContaining("signature identity_complex64, input x: found DT_COMPLEX64");
    assertRefused(
        meta -> input(meta, TensorInfo.Builder::clearName),
        "input cabin: found a tensor in the form ENCODING_NOT_SET");
    assertRefused(
        meta -> input(meta, info -> info.setDtype(DataType.DT_VARIANT)),
        "input cabin: found DT_VARIANT");
    assertRefused(
        meta -> input(meta, info -> info.setDtype(DataType.DT_INT64)),
        "input cabin: int64[?]: found another type in the graph (string)");
    for (String name : List.of("nowhere:0", "nowhere", ":0", "", "init:-1", "cabin:99999999")) {
      assertRefused(meta -> input(meta, info -> info.setName(name)), "found no \"" + name + "\"");
    }
    Map<String, byte[]> past = changed(meta -> input(meta, TensorFlowEngineTest::pastTheLast));
    assertThatThrownBy(() -> fixture.load(past, null))
        .isInstanceOf(ModelLoadException.class)
        .hasMessageContaining(":1\" in the graph");
  }

  @Test
  void twoInputsOfOneTensorAreRefused() throws Exception {
    assertRefused(
        meta ->
            change(
                meta,
                signature -> signature.putInputs("class", signature.getInputsOrThrow("cabin"))),
        "inputs cabin and class: found the tensor \"");
  }

  private static void pastTheLast(TensorInfo.Builder info) {
    info.setName(info.getName().replace(":0", ":1"));
  }

  private void assertRefused(Consumer<MetaGraphDef.Builder> change, String message)
      throws Exception {
    Map<String, byte[]> changed = changed(change);
    assertThatThrownBy(() -> fixture.load(changed, null))
        .isInstanceOf(ModelLoadException.class)
        .hasMessageContaining("planted: ")
        .hasMessageContaining(message);
  }

  private static Map<String, byte[]> changed(Consumer<MetaGraphDef.Builder> change)
      throws Exception {
    Map<String, byte[]> files = TensorFlowFixture.files("fares");
    SavedModel.Builder model = SavedModel.parseFrom(files.get(MAIN)).toBuilder();
    change.accept(model.getMetaGraphsBuilder(0));
    files.put(MAIN, model.build().toByteArray());
    return files;
  }

  private static void change(MetaGraphDef.Builder meta, Consumer<SignatureDef.Builder> change) {
    SignatureDef.Builder signature = meta.getSignatureDefOrThrow("serving_default").toBuilder();
    change.accept(signature);
    meta.putSignatureDef("serving_default", signature.build());
  }

  private static void input(MetaGraphDef.Builder meta, Consumer<TensorInfo.Builder> change) {
    change(
        meta,
        signature -> {
          TensorInfo.Builder info = signature.getInputsOrThrow("cabin").toBuilder();
          change.accept(info);
          signature.putInputs("cabin", info.build());
        });
  }

  @Test
  void variablesWithoutTheirIndexAreRefused() {
    Map<String, byte[]> files = TensorFlowFixture.files("fares");
    files.remove("variables/variables.index");
    assertThatThrownBy(() -> fixture.load(files, null))
        .isInstanceOf(ModelLoadException.class)
        .hasMessageContaining("variables/variables.index");
  }

  @Test
  void assetsThatAreMissingOrOutsideTheFolderAreRefused() throws Exception {
    for (String name : List.of("words.txt", "../../words.txt", "/tmp/words.txt", "")) {
      assertRefused(
          meta -> meta.addAssetFileDef(AssetFileDef.newBuilder().setFilename(name)),
          "found no assets/" + name + ", which the graph reads");
    }
    Map<String, byte[]> whole =
        changed(
            meta ->
                meta.addAssetFileDef(
                    AssetFileDef.newBuilder()
                        .setFilename("words.txt")
                        .setTensorInfo(
                            meta.getSignatureDefOrThrow("label").getInputsOrThrow("cabin"))));
    whole.put("assets/words.txt", "economy".getBytes(StandardCharsets.UTF_8));
    try (EngineModel model = fixture.load(whole, null)) {
      assertFares(model);
    }
  }

  @Test
  void operationsAndVersionsThatTensorFlowDoesNotKnowAreNamed() throws Exception {
    assertRefused(
        meta ->
            meta.getGraphDefBuilder().addNode(NodeDef.newBuilder().setName("new").setOp("Sparkle")),
        "found a SavedModel that TensorFlow refuses (Op type not registered 'Sparkle'");
    assertRefused(
        meta -> meta.getGraphDefBuilder().getVersionsBuilder().setMinConsumer(99_999), "99999");
  }

  @Test
  void messagesNameTheModelAndNotTheCopy() {
    Map<String, byte[]> files = TensorFlowFixture.files("fares");
    files.put("variables/variables.index", "nonsense".getBytes(StandardCharsets.UTF_8));
    assertThatThrownBy(() -> fixture.load(files, null))
        .isInstanceOf(ModelLoadException.class)
        .hasMessageContaining("planted: found a SavedModel that TensorFlow refuses")
        .hasMessageNotContaining(SavedModelFolder.PREFIX);
  }

  @Test
  void aMemoryLimitIsRefused() {
    LoadRequest limited = LoadRequest.on(DeviceRequest.any()).withMemoryLimit(1 << 20);
    Map<String, byte[]> files = TensorFlowFixture.files("fares");
    assertThatThrownBy(() -> fixture.engine.load(TensorFlowFixture.source(files), limited))
        .isInstanceOf(ModelLoadException.class)
        .hasMessageEndingWith(
            "found a memory limit, which TensorFlow does not have; leave out"
                + " LoadOptions.memoryLimit");
  }

  @Test
  void devicesOtherThanTheCpuAreRefused() {
    Map<String, byte[]> files = TensorFlowFixture.files("fares");
    LoadRequest cuda = LoadRequest.on(DeviceRequest.of("cuda"));
    assertThatThrownBy(() -> fixture.engine.load(TensorFlowFixture.source(files), cuda))
        .isInstanceOf(EngineUnavailableException.class)
        .hasMessageContaining("device cuda: expected cpu");
    LoadRequest either = LoadRequest.on(DeviceRequest.of("cuda", "cpu"));
    try (EngineModel model = fixture.engine.load(TensorFlowFixture.source(files), either)) {
      assertThat(model.placement())
          .isEqualTo(
              Placement.of("cpu").withMissing(Map.of("cuda", "SavedModels run on the CPU only")));
    }
    LoadRequest numbered = LoadRequest.on(DeviceRequest.of("cpu:1"));
    assertThatThrownBy(() -> fixture.engine.load(TensorFlowFixture.source(files), numbered))
        .isInstanceOf(EngineUnavailableException.class)
        .hasMessageContaining("device cpu:1: found a number");
    LoadRequest any = LoadRequest.on(DeviceRequest.any()).withProfiling();
    try (EngineModel model = fixture.engine.load(TensorFlowFixture.source(files), any)) {
      assertThat(model.placement()).isEqualTo(Placement.of("cpu"));
    }
  }

  @Test
  void temporaryFolderIsOnlyOursWhileItIsThere() throws Exception {
    Path folder;
    try (SavedModelFolder written =
        SavedModelFolder.write(
            TensorFlowFixture.source(TensorFlowFixture.files("fares")).external(),
            Path.of("planted"))) {
      folder = written.path();
      assertThat(Files.getPosixFilePermissions(folder))
          .isEqualTo(PosixFilePermissions.fromString("rwx------"));
      assertThat(folder.resolve("variables/variables.index")).isRegularFile();
    }
    assertThat(folder).doesNotExist();
  }
}
