package io.mlops4j.runtime.onnx;

import static io.mlops4j.runtime.onnx.OnnxFixture.CPU;
import static io.mlops4j.runtime.onnx.OnnxFixture.bytes;
import static io.mlops4j.runtime.onnx.OnnxFixture.feed;
import static io.mlops4j.runtime.onnx.OnnxFixture.floats;
import static io.mlops4j.runtime.onnx.OnnxFixture.longs;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import com.google.protobuf.InvalidProtocolBufferException;
import io.mlops4j.error.ModelLoadException;
import io.mlops4j.model.ValueSpec;
import io.mlops4j.runtime.internal.source.FileSource;
import io.mlops4j.spi.EngineModel;
import io.mlops4j.spi.EngineSlot;
import io.mlops4j.spi.ModelSource;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.assertj.core.api.AbstractThrowableAssert;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ExternalWeightsTest {
  private static final List<String> FILES =
      List.of("model.onnx", "weights.bin", "parts/more.bin", "README.txt");

  private final OnnxFixture onnx = new OnnxFixture();

  @TempDir Path temporary;

  @AfterEach
  void everyByteIsFreed() {
    onnx.close();
    assertThat(onnx.memory.bytes()).isZero();
    assertThat(onnx.memory.blocks()).isZero();
  }

  private Path folder() throws Exception {
    for (String file : FILES) {
      Path target = temporary.resolve("model").resolve(file);
      Files.createDirectories(target.getParent());
      try (InputStream in =
          getClass()
              .getResourceAsStream("/io/mlops4j/runtime/models/engine/external_folder/" + file)) {
        Files.copy(in, target);
      }
    }
    return temporary.resolve("model");
  }

  /** The values that the script which wrote the model put into its files. */
  @Test
  void weightsOfEveryTypeAndPlaceComeFromTheFolder() throws Exception {
    Path folder = folder();
    ModelSource source = FileSource.read(folder);
    // From here on, nothing on the disk is what was read.
    for (String file : FILES) {
      Files.delete(folder.resolve(file));
    }
    try (EngineModel model = onnx.engine.load(source, CPU);
        EngineSlot slot = model.slot()) {
      for (boolean branch : new boolean[] {true, false}) {
        feed(slot, 0, floats(1, 2, 3, 4), 1, 4);
        feed(slot, 1, new byte[] {(byte) (branch ? 1 : 0)});
        slot.run();
        Map<String, float[]> answers = answers(model, slot);
        assertThat(answers.get("float32_float")).containsExactly(1, 2, 3, 4);
        assertThat(answers.get("float64_float")).containsExactly(0.125f, 0.25f, 0.375f, 0.5f);
        assertThat(answers.get("float16_float")).containsExactly(10, 20, 30, 40);
        assertThat(answers.get("bfloat16_float")).containsExactly(1, 2, 3, 4);
        assertThat(answers.get("int8_float")).containsExactly(-1, -2, -3, -4);
        assertThat(answers.get("uint16_float")).containsExactly(65535, 1, 2, 3);
        assertThat(answers.get("uint64_float")).containsExactly(0x1p40f, 1, 2, 3);
        assertThat(answers.get("int4_float")).containsExactly(1, 2, -5, -4);
        assertThat(answers.get("float8_float")).containsExactly(1, 2, 3, 4);
        assertThat(answers.get("bool_float")).containsExactly(1, 0, 1, 0);
        assertThat(answers.get("constant")).containsExactly(3, 6, 9, 12);
        assertThat(answers.get("shifted")).containsExactly(10, 20, 30, 40);
        assertThat(answers.get("numbered")).containsExactly(1001, 1002, 1003, 1004);
        assertThat(answers.get("dense")).containsExactly(0, 0, 2.5f, 0);
        assertThat(answers.get("chosen"))
            .containsExactly(branch ? floatsOf(8, 16, 24, 32) : floatsOf(2, 4, 6, 8));
        float[] product = answers.get("product");
        assertThat(product).hasSize(100);
        for (int j = 0; j < 100; j++) {
          assertThat(product[j]).isEqualTo(2000 + 10 * j);
        }
        slot.recycle();
      }
    }
  }

  private static float[] floatsOf(float... values) {
    return values;
  }

  private static Map<String, float[]> answers(EngineModel model, EngineSlot slot) {
    Map<String, float[]> answers = new HashMap<>();
    int i = 0;
    for (ValueSpec output : model.signature().outputs()) {
      answers.put(output.name(), floats(slot.output(i++)));
    }
    return answers;
  }

  @Test
  void weightsMayBeOverwrittenOnceTheModelIsLoaded() {
    byte[] values = floats(10, 20, 30);
    for (boolean direct : new boolean[] {true, false}) {
      ByteBuffer weights =
          direct
              ? ByteBuffer.allocateDirect(12)
              : ByteBuffer.allocate(12).order(ByteOrder.BIG_ENDIAN);
      weights.put(values).flip();
      try (EngineModel model = onnx.engine.load(source(model(t -> {}), weights), CPU);
          EngineSlot slot = model.slot()) {
        weights.putFloat(0, 1e9f);
        feed(slot, 0, longs(2, 0), 2);
        slot.run();
        assertThat(floats(slot.output(0))).containsExactly(30, 10);
        assertThat(model.nativeBytes()).isEqualTo(bytes("engine/external").length + 12);
      }
    }
  }

  @Test
  void positionsOfSourcesAreLeftAlone() {
    ByteBuffer weights = ByteBuffer.wrap(floats(10, 20, 30));
    onnx.engine.load(source(model(t -> {}), weights), CPU).close();
    assertThat(weights.remaining()).isEqualTo(12);
  }

  @Test
  void singleFilesAreRefusedWithTheAdviceToLoadTheFolder() throws Exception {
    Path folder = folder();
    assertThatThrownBy(() -> onnx.engine.load(FileSource.read(folder.resolve("model.onnx")), CPU))
        .isInstanceOf(ModelLoadException.class)
        .hasMessageContaining("model.onnx: tensor ")
        .hasMessageContaining("load the folder");
    Path alone = Files.createDirectory(temporary.resolve("alone")).resolve("external.onnx");
    Files.write(alone, bytes("engine/external"));
    Files.write(alone.resolveSibling("weights.bin"), floats(10, 20, 30));
    assertThatThrownBy(() -> onnx.engine.load(FileSource.read(alone), CPU))
        .isInstanceOf(ModelLoadException.class)
        .hasMessageContaining("tensor table of float32[3]: found its elements in another file")
        .hasMessageContaining(
            "(weights.bin), but a single file was loaded, expected the model's folder")
        .hasMessageContaining("load the folder (" + alone.getParent().toAbsolutePath() + ")");
    try (EngineModel model = onnx.engine.load(FileSource.read(alone.getParent()), CPU)) {
      assertThat(model.signature()).hasToString("(index: int64[N]) -> (y: float32[N])");
    }
  }

  @Test
  void placesOutsideTheFolderAreNeverLookedAt() {
    for (String location :
        List.of(
            "../weights.bin",
            "a/../../weights.bin",
            "a/..",
            "..",
            "/etc/hostname",
            "C:\\weights.bin",
            "..\\weights.bin",
            "")) {
      refused(with("location", location))
          .hasMessageContaining("tensor table")
          .hasMessageContaining("\"" + location + "\"")
          .hasMessageContaining("below the model's folder");
    }
    refused(tensor -> tensor.clearExternalData()).hasMessageContaining("below the model's folder");
    // ONNX Runtime's own mark for an address in memory.
    refused(with("location", "*/_ORT_MEM_ADDR_/*")).hasMessageContaining("tensor table");
  }

  @Test
  void filesThatAreMissingAreNamed() {
    refused(with("location", "other.bin"))
        .hasMessageContaining("tensor table of float32[3]: found no file other.bin")
        .hasMessageContaining("[weights.bin]");
    refused(with("location", "weights.bin/more")).hasMessageContaining("no file weights.bin/more");
    try (EngineModel model = loaded(with("location", "./weights.bin"))) {
      assertThat(model.signature().inputs()).hasSize(1);
    }
  }

  @Test
  void bytesOutsideTheFileAreRefused() {
    for (String offset : List.of("4", "12", "13", "2147483648", "999999999999999999")) {
      refused(with("offset", offset))
          .hasMessageContaining("tensor table")
          .hasMessageContaining("bytes " + offset + " to")
          .hasMessageContaining("weights.bin")
          .hasMessageContaining("which has 12");
    }
    for (String number : List.of("-1", "", "1e3", "0x0", " 0", "99999999999999999999")) {
      refused(with("offset", number)).hasMessageContaining("offset \"" + number + "\"");
      refused(with("length", number)).hasMessageContaining("length \"" + number + "\"");
    }
  }

  @Test
  void lengthsThatDoNotFitTypeAndShapeAreRefused() {
    for (String length : List.of("0", "8", "11", "13", "16", "2147483660")) {
      refused(with("length", length))
          .hasMessageContaining("tensor table of float32[3]: found " + length + " bytes")
          .hasMessageContaining("expected 12 bytes");
    }
    refused(tensor -> tensor.clearDims().addDims(4)).hasMessageContaining("expected 16 bytes");
    refused(tensor -> tensor.clearDims().addDims(-3)).hasMessageContaining("negative");
    refused(tensor -> tensor.clearDims().addDims(1L << 40).addDims(1L << 40))
        .hasMessageContaining("2 GiB");
    refused(tensor -> tensor.clearDims().addDims(1L << 30)).hasMessageContaining("2 GiB");
    refused(tensor -> tensor.setDataType(TensorProto.DataType.DOUBLE_VALUE))
        .hasMessageContaining("tensor table of float64[3]")
        .hasMessageContaining("expected 24 bytes");
    refused(tensor -> tensor.setDataType(TensorProto.DataType.STRING_VALUE))
        .hasMessageContaining("string")
        .hasMessageContaining("expected numbers");
    refused(tensor -> tensor.setDataType(77)).hasMessageContaining("type 77");
  }

  @Test
  void absentOffsetsAndLengthsAreWhatTheTypeAndShapeSay() {
    try (EngineModel model =
            loaded(
                tensor -> {
                  tensor.clearExternalData();
                  with("location", "weights.bin").accept(tensor);
                });
        EngineSlot slot = model.slot()) {
      feed(slot, 0, longs(1), 1);
      slot.run();
      assertThat(floats(slot.output(0))).containsExactly(20);
    }
  }

  @Test
  void linksInTheFolderAreRefused() throws Exception {
    Path folder = folder();
    Path outside = Files.move(folder.resolve("weights.bin"), temporary.resolve("outside.bin"));
    Files.createSymbolicLink(folder.resolve("weights.bin"), outside);
    assertThatThrownBy(() -> FileSource.read(folder))
        .isInstanceOf(ModelLoadException.class)
        .hasMessageContaining("weights.bin: found a symbolic link");
  }

  private AbstractThrowableAssert<?, ?> refused(Consumer<TensorProto.Builder> change) {
    return assertThatThrownBy(() -> loaded(change).close())
        .isInstanceOf(ModelLoadException.class)
        .hasMessageStartingWith("external.onnx: ");
  }

  private EngineModel loaded(Consumer<TensorProto.Builder> change) {
    return onnx.engine.load(source(model(change), ByteBuffer.wrap(floats(10, 20, 30))), CPU);
  }

  private static Consumer<TensorProto.Builder> with(String key, String value) {
    return tensor -> {
      List<StringStringEntryProto> others =
          tensor.getExternalDataList().stream().filter(e -> !e.getKey().equals(key)).toList();
      tensor
          .clearExternalData()
          .addAllExternalData(others)
          .addExternalData(StringStringEntryProto.newBuilder().setKey(key).setValue(value));
    };
  }

  private static byte[] model(Consumer<TensorProto.Builder> change) {
    try {
      ModelProto.Builder model = ModelProto.newBuilder().mergeFrom(bytes("engine/external"));
      change.accept(model.getGraphBuilder().getInitializerBuilder(0));
      return model.build().toByteArray();
    } catch (InvalidProtocolBufferException e) {
      throw new AssertionError(e);
    }
  }

  private static ModelSource source(byte[] model, ByteBuffer weights) {
    return new OnnxFixture.Source(
        "external.onnx", ByteBuffer.wrap(model), Map.of("weights.bin", weights));
  }
}
