package io.mlops4j.runtime.tensorflow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.tensorflow.internal.c_api.global.tensorflow.TF_DeleteBuffer;
import static org.tensorflow.internal.c_api.global.tensorflow.TF_GetAllOpList;

import com.google.protobuf.ByteString;
import io.mlops4j.error.ModelLoadException;
import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.inference.LoadOptions;
import io.mlops4j.inference.Model;
import io.mlops4j.inference.Prediction;
import io.mlops4j.runtime.ModelRuntime;
import io.mlops4j.spi.EngineModel;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.bytedeco.javacpp.BytePointer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tensorflow.internal.c_api.TF_Buffer;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.CollectionDef;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.FunctionDef;
import org.tensorflow.proto.MetaGraphDef;
import org.tensorflow.proto.NameAttrList;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.proto.OpDef;
import org.tensorflow.proto.OpList;
import org.tensorflow.proto.SavedModel;
import org.tensorflow.proto.SignatureDef;
import org.tensorflow.proto.TensorInfo;
import org.tensorflow.proto.TensorProto;
import org.tensorflow.proto.TensorShapeProto;

/**
 * A SavedModel whose graph wants to write a file, hidden in every place from which one would run.
 */
class AllowedOperationsTest {
  /** How TensorFlow names what leads out of the graph. */
  private static final String FILES =
      ".*(file|url|memory_region).*|(.*_)?(path|dir|directory|address)";

  @TempDir Path temporary;
  private final TensorFlowFixture fixture = new TensorFlowFixture();

  @AfterEach
  void close() {
    fixture.close();
  }

  private Path target() {
    return temporary.resolve("written");
  }

  private Map<String, byte[]> changed(Consumer<MetaGraphDef.Builder> change) throws IOException {
    Map<String, byte[]> files = TensorFlowFixture.files("fares");
    SavedModel.Builder model = SavedModel.parseFrom(files.get("saved_model.pb")).toBuilder();
    change.accept(model.getMetaGraphsBuilder(0));
    files.put("saved_model.pb", model.build().toByteArray());
    return files;
  }

  private void assertRefused(String operation, Consumer<MetaGraphDef.Builder> change)
      throws IOException {
    Map<String, byte[]> files = changed(change);
    assertThatThrownBy(() -> fixture.load(files, null).close())
        .isInstanceOf(ModelLoadException.class)
        .hasMessageContaining(
            "planted: found the operations \""
                + operation
                + "\", expected only operations that compute")
        .hasMessageContaining("LoadOptions.builder().allowOperations(\"" + operation + "\")");
    assertThat(target()).doesNotExist();
  }

  private static NodeDef text(String name, String value) {
    return NodeDef.newBuilder()
        .setName(name)
        .setOp("Const")
        .putAttr("dtype", AttrValue.newBuilder().setType(DataType.DT_STRING).build())
        .putAttr(
            "value",
            AttrValue.newBuilder()
                .setTensor(
                    TensorProto.newBuilder()
                        .setDtype(DataType.DT_STRING)
                        .setTensorShape(TensorShapeProto.getDefaultInstance())
                        .addStringVal(ByteString.copyFromUtf8(value)))
                .build())
        .build();
  }

  /** Three nodes, the last of which writes the file. */
  private List<NodeDef> writing(String prefix, String separator) {
    return List.of(
        text(prefix + "name", target().toString()),
        text(prefix + "content", "evil"),
        NodeDef.newBuilder()
            .setName(prefix + "write")
            .setOp("WriteFile")
            .addInput(prefix + "name" + separator)
            .addInput(prefix + "content" + separator)
            .build());
  }

  private void plant(MetaGraphDef.Builder meta) {
    meta.getGraphDefBuilder().addAllNode(writing("evil/", ""));
  }

  private static void runBefore(MetaGraphDef.Builder meta, String signature, String node) {
    String output =
        meta.getSignatureDefOrThrow(signature).getOutputsMap().values().iterator().next().getName();
    String name = output.substring(0, output.indexOf(':'));
    meta.getGraphDefBuilder().getNodeBuilderList().stream()
        .filter(each -> each.getName().equals(name))
        .findFirst()
        .orElseThrow()
        .addInput("^" + node);
  }

  private void plantFunction(MetaGraphDef.Builder meta, String name) {
    meta.getGraphDefBuilder()
        .getLibraryBuilder()
        .addFunction(
            FunctionDef.newBuilder()
                .setSignature(OpDef.newBuilder().setName(name).setIsStateful(true))
                .addAllNodeDef(writing("", ":output:0")));
  }

  private static AttrValue function(String name) {
    return AttrValue.newBuilder().setFunc(NameAttrList.newBuilder().setName(name)).build();
  }

  @Test
  void anOperationOnTheWayToAnOutputIsRefused() throws IOException {
    assertRefused(
        "WriteFile",
        meta -> {
          plant(meta);
          runBefore(meta, "serving_default", "evil/write");
        });
  }

  @Test
  void whatNothingAsksForDoesNotRunAndIsNoReason() throws IOException {
    Map<String, byte[]> files =
        changed(
            meta -> {
              plant(meta);
              runBefore(meta, "label", "evil/write");
            });

    fixture.load(files, "serving_default").close();
    assertThatThrownBy(() -> fixture.load(files, "label"))
        .isInstanceOf(ModelLoadException.class)
        .hasMessageContaining("WriteFile");
    assertThat(target()).doesNotExist();
  }

  @Test
  void anOperationInAFunctionIsRefusedHoweverItIsCalled() throws IOException {
    AttrValue lists =
        AttrValue.newBuilder()
            .setList(
                AttrValue.ListValue.newBuilder()
                    .addFunc(NameAttrList.newBuilder().setName("inner")))
            .build();
    AttrValue nested =
        AttrValue.newBuilder()
            .setFunc(
                NameAttrList.newBuilder().setName("absent").putAttr("deeper", function("inner")))
            .build();
    for (AttrValue attribute : List.of(function("inner"), lists, nested)) {
      assertRefused(
          "WriteFile",
          meta -> {
            plantFunction(meta, "inner");
            meta.getGraphDefBuilder()
                .addNode(
                    NodeDef.newBuilder()
                        .setName("call")
                        .setOp("StatefulPartitionedCall")
                        .putAttr("f", attribute));
            runBefore(meta, "serving_default", "call");
          });
    }
    assertRefused(
        "WriteFile",
        meta -> {
          plantFunction(meta, "Identity2");
          meta.getGraphDefBuilder()
              .addNode(NodeDef.newBuilder().setName("call").setOp("Identity2"));
          runBefore(meta, "serving_default", "call");
        });
  }

  @Test
  void theNamesInAFunctionAreNotThoseOfTheGraph() throws IOException {
    Map<String, byte[]> files =
        changed(
            meta -> {
              meta.getGraphDefBuilder().addAllNode(writing("", ""));
              meta.getGraphDefBuilder()
                  .getLibraryBuilder()
                  .addFunction(
                      FunctionDef.newBuilder()
                          .setSignature(OpDef.newBuilder().setName("inner"))
                          .addNodeDef(NodeDef.newBuilder().setName("write").setOp("NoOp"))
                          .addNodeDef(
                              NodeDef.newBuilder()
                                  .setName("after")
                                  .setOp("NoOp")
                                  .addInput("^write")));
              meta.getGraphDefBuilder()
                  .addNode(
                      NodeDef.newBuilder()
                          .setName("call")
                          .setOp("StatefulPartitionedCall")
                          .putAttr("f", function("inner"))
                          .putAttr("Tin", types())
                          .putAttr("Tout", types()));
              runBefore(meta, "serving_default", "call");
            });

    fixture.load(files, null).close();
    assertThat(target()).doesNotExist();
  }

  private static AttrValue types() {
    return AttrValue.newBuilder().setList(AttrValue.ListValue.getDefaultInstance()).build();
  }

  @Test
  void anOperationThatWouldRunWhileTheModelIsLoadedIsRefused() throws IOException {
    String key = "__saved_model_init_op";
    assertRefused(
        "WriteFile",
        meta -> {
          plant(meta);
          meta.putSignatureDef(
              key,
              SignatureDef.newBuilder()
                  .putOutputs(key, TensorInfo.newBuilder().setName("evil/write").build())
                  .build());
        });
    for (String collection : List.of("saved_model_main_op", "legacy_init_op")) {
      assertRefused(
          "WriteFile",
          meta -> {
            plant(meta);
            meta.putCollectionDef(
                collection,
                CollectionDef.newBuilder()
                    .setNodeList(CollectionDef.NodeList.newBuilder().addValue("evil/write"))
                    .build());
          });
    }
    assertRefused(
        "WriteFile",
        meta -> {
          plant(meta);
          meta.getSaverDefBuilder().setRestoreOpName("evil/write");
        });
  }

  @Test
  void whatReadsVariablesWhileAModelIsLoadedIsRefusedWhereItIsAsked() throws IOException {
    assertRefused(
        "RestoreV2",
        meta -> runBefore(meta, "serving_default", meta.getSaverDef().getRestoreOpName()));
    assertRefused(
        "SaveV2",
        meta -> {
          String save = meta.getSaverDef().getSaveTensorName().replaceFirst(":0$", "");
          runBefore(meta, "serving_default", save);
        });
  }

  @Test
  void anUnknownOperationIsRefused() throws IOException {
    assertRefused(
        "MyCustomOp",
        meta -> {
          meta.getGraphDefBuilder()
              .addNode(NodeDef.newBuilder().setName("custom").setOp("MyCustomOp"));
          runBefore(meta, "serving_default", "custom");
        });
  }

  /** Shows also that the graph of the other tests does what they say. */
  @Test
  void whoeverTrustsAModelMayAllowAnOperationByName() throws IOException {
    Path folder = temporary.resolve("model");
    Map<String, byte[]> files =
        changed(
            meta -> {
              plant(meta);
              meta.putCollectionDef(
                  "saved_model_main_op",
                  CollectionDef.newBuilder()
                      .setNodeList(CollectionDef.NodeList.newBuilder().addValue("evil/write"))
                      .build());
            });
    for (Map.Entry<String, byte[]> file : files.entrySet()) {
      Path path = folder.resolve(file.getKey());
      Files.createDirectories(path.getParent());
      Files.write(path, file.getValue());
    }
    try (ModelRuntime runtime = ModelRuntime.open()) {
      LoadOptions allowed =
          LoadOptions.builder().allowOperations("WriteFile").allowOperations("Other").build();
      try (Model model = runtime.load(folder, allowed)) {
        assertThat(model.signature().inputs()).hasSize(2);
        assertThat(target()).hasContent("evil");
        assertThatThrownBy(() -> runtime.load(folder))
            .as("one that is loaded for somebody else")
            .isInstanceOf(ModelLoadException.class)
            .hasMessageContaining("WriteFile");
      }
    }
  }

  @Test
  void modelsThatOnlyComputeAreLoaded() {
    try (EngineModel fares = fixture.load("fares", null)) {
      assertThat(fares.signature().inputs()).hasSize(2);
    }
  }

  /** Its functions save and merge checkpoints too, which nothing that is asked of it runs. */
  @Test
  void aModelThatTensorFlow2WroteIsLoadedAndAnswers() {
    Path folder = TensorFlowUnderTest.MODELS.resolve("half_plus_two");
    try (ModelRuntime runtime = ModelRuntime.open();
        Model model = runtime.load(folder);
        FeatureBatch batch = FeatureBatch.builder(runtime.allocator()).floats("x", 3).build();
        Prediction answer = model.predict(batch)) {
      assertThat(answer.floats("y")).containsExactly(3.5f);
    }
  }

  @Test
  void theListNamesOnlyOperationsOfThisTensorFlowAndNoneThatNamesFiles() throws IOException {
    TF_Buffer buffer = TF_GetAllOpList();
    byte[] bytes = new byte[(int) buffer.length()];
    new BytePointer(buffer.data()).capacity(bytes.length).get(bytes);
    TF_DeleteBuffer(buffer);
    List<OpDef> operations = OpList.parseFrom(bytes).getOpList();
    Set<String> allowed = allowed();

    assertThat(operations.stream().map(OpDef::getName)).containsAll(allowed);
    assertThat(allowed)
        .doesNotContain(
            "ReadFile",
            "WholeFileReaderV2",
            "MatchingFiles",
            "ImmutableConst",
            "PyFunc",
            "EagerPyFunc",
            "PrintV2",
            "DebugIdentityV2",
            "DecodeProtoV2",
            "SaveV2",
            "RestoreV2",
            "GenerateVocabRemapping",
            "FixedUnigramCandidateSampler",
            "InitializeTableFromTextFileV2",
            "LoadAndRemapMatrix",
            "Send",
            "RemoteCall",
            "XlaLaunch",
            "TPUExecute",
            "Abort");
    for (OpDef operation : operations) {
      if (allowed.contains(operation.getName())) {
        assertThat(
                operation.getInputArgList().stream()
                    .map(OpDef.ArgDef::getName)
                    .filter(name -> name.matches(FILES)))
            .as(operation.getName())
            .isEmpty();
        assertThat(
                operation.getAttrList().stream()
                    .map(OpDef.AttrDef::getName)
                    .filter(name -> name.matches(FILES)))
            .as(operation.getName())
            .isEmpty();
      }
    }
  }

  private static Set<String> allowed() throws IOException {
    try (InputStream in =
        Objects.requireNonNull(AllowedOperations.class.getResourceAsStream("operations.txt"))) {
      return Arrays.stream(new String(in.readAllBytes(), StandardCharsets.UTF_8).split("\n", -1))
          .filter(line -> !line.isEmpty() && !line.startsWith("#"))
          .collect(Collectors.toSet());
    }
  }
}
