package io.mlops4j.runtime.onnx;

import static io.mlops4j.runtime.onnx.OnnxFixture.CPU;
import static io.mlops4j.runtime.onnx.OnnxFixture.feedText;
import static io.mlops4j.runtime.onnx.OnnxFixture.floats;
import static io.mlops4j.runtime.onnx.OnnxFixture.readText;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.offset;

import io.mlops4j.error.ModelLoadException;
import io.mlops4j.fixture.DependsOnJava;
import io.mlops4j.spi.EngineModel;
import io.mlops4j.spi.EngineSlot;
import io.mlops4j.spi.EngineValue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Text that goes in and comes out of one model; numbers as Python's ONNX Runtime gives them. */
@DependsOnJava
class ReturnedTextTest {
  private static final String GRIN = "\uD83D\uDE00";
  private static final int STRING = 8;
  private static final int FLOAT = 1;

  /** A word's score, its probability, and a label with emoji and U+0000. */
  private static final String CLASSIFIER =
      """
      node { op_type: "LabelEncoder" domain: "ai.onnx.ml" input: "x" output: "score"
        attribute { name: "keys_strings" type: STRINGS
          strings: "a" strings: "\\360\\237\\230\\200" strings: "b\\000c" }
        attribute { name: "values_floats" type: FLOATS floats: 0 floats: 8 floats: -8 }
        attribute { name: "default_float" type: FLOAT f: 0 } }
      node { op_type: "Sigmoid" input: "score" output: "p" }
      node { op_type: "LabelEncoder" domain: "ai.onnx.ml" input: "x" output: "label"
        attribute { name: "keys_strings" type: STRINGS
          strings: "a" strings: "\\360\\237\\230\\200" strings: "b\\000c" }
        attribute { name: "values_strings" type: STRINGS
          strings: "plain" strings: "\\360\\237\\221\\215" strings: "no\\000ne\\000" }
        attribute { name: "default_string" type: STRING s: "unknown" } }
      """
          + ProtoText.value("input", "x", STRING)
          + ProtoText.value("output", "p", FLOAT)
          + ProtoText.value("output", "label", STRING);

  private static final String IDENTITY =
      "node { op_type: \"Identity\" input: \"x\" output: \"y\" }"
          + ProtoText.value("input", "x", STRING)
          + ProtoText.value("output", "y", STRING);

  private static final String SUFFIXED =
      """
      node { op_type: "StringConcat" input: "x" input: "suffix" output: "y" }
      initializer { name: "suffix" data_type: 8 string_data: "\\000\\360\\237\\221\\215" }
      """
          + ProtoText.value("input", "x", STRING)
          + ProtoText.value("output", "y", STRING);

  private static final String SEQUENCE =
      """
      node { op_type: "SequenceConstruct" input: "x" input: "x" output: "y" }
      output { name: "y" type { sequence_type { elem_type { tensor_type { elem_type: 8 } } } } }
      """
          + ProtoText.value("input", "x", STRING);

  private final OnnxFixture onnx = new OnnxFixture();

  @AfterEach
  void close() {
    onnx.close();
  }

  private EngineModel load(String graph) {
    return onnx.engine.load(OnnxFixture.source("text.onnx", ProtoText.model(graph)), CPU);
  }

  @Test
  void aClassifierOfTextWithLabelsAnswersAsInPython() {
    try (EngineModel model = load(CLASSIFIER);
        EngineSlot slot = model.slot()) {
      for (int i = 0; i < 2; i++) {
        feedText(slot, 0, new String[] {GRIN, "a", "b\0c", "b", "b\0d"}, 5);
        slot.run();
        assertThat(floats(slot.output(0)))
            .containsExactly(
                new float[] {0.99966466f, 0.5f, 0.00033535014f, 0.5f, 0.5f}, offset(1e-6f));
        assertThat(readText(slot.output(1)))
            .containsExactly("\uD83D\uDC4D", "plain", "no\0ne\0", "unknown", "unknown");
        slot.recycle();
      }
    }
  }

  @Test
  void anyTextThatAModelPassesOnComesBackUnchanged() {
    String mojibake = "\u00f0\u009f\u0098\u0080";
    String[][] all = {
      {GRIN, "", "a", "\0", "\0\0", "a\0", "\0b", "a\0\0b", "\0" + GRIN + "\0" + GRIN + "x"},
      {mojibake, "\u00f0", "x\u00f4\u0080\u0080\u0080"},
      {mojibake, GRIN, mojibake + "\0" + GRIN, mojibake + GRIN},
      {"\uD800\uDC00", "\uDBFF\uDFFF", "\u00e9\u4e2d"},
      {"plain"},
      {}
    };
    try (EngineModel model = load(IDENTITY);
        EngineSlot slot = model.slot()) {
      for (String[] texts : all) {
        feedText(slot, 0, texts, texts.length);
        slot.run();
        assertThat(readText(slot.output(0))).containsExactly(texts);
        slot.recycle();
      }
    }
  }

  @Test
  void textThatAModelMakesOfItsOwnAndTheCallersComesBackUnchanged() {
    try (EngineModel model = load(SUFFIXED);
        EngineSlot slot = model.slot()) {
      feedText(slot, 0, new String[] {"A" + GRIN + "B\0\u00d0", "", "\u00f0"}, 3);
      slot.run();
      String suffix = "\0\uD83D\uDC4D";
      assertThat(readText(slot.output(0)))
          .containsExactly("A" + GRIN + "B\0\u00d0" + suffix, suffix, "\u00f0" + suffix);
      slot.recycle();
    }
  }

  @Test
  void textInSequencesComesBackUnchanged() {
    try (EngineModel model = load(SEQUENCE);
        EngineSlot slot = model.slot()) {
      String[] texts = {GRIN, "a\0b"};
      feedText(slot, 0, texts, 2);
      slot.run();
      EngineValue sequence = slot.output(0);
      assertThat(sequence.children()).isEqualTo(2);
      assertThat(readText(sequence.child(0))).containsExactly(texts);
      assertThat(readText(sequence.child(1))).containsExactly(texts);
      slot.recycle();
    }
  }

  @Test
  void labelsOfMapsComeBackUnchanged() {
    try (EngineModel model = load(zipMap("a\\000b", "\\360\\237\\230\\200"));
        EngineSlot slot = model.slot()) {
      OnnxFixture.feed(slot, 0, floats(0.25f, 0.75f), 1, 2);
      slot.run();
      EngineValue map = slot.output(0).child(0);
      assertThat(readText(map.child(0))).containsExactlyInAnyOrder("a\0b", GRIN);
      slot.recycle();
    }
  }

  @Test
  void labelsOfMapsThatCannotBeToldApartAreRefusedByName() {
    assertThatThrownBy(() -> load(zipMap("a\\000b", "a\\000c")).close())
        .isInstanceOf(ModelLoadException.class)
        .hasMessageContaining("text.onnx: found the labels \"a\\u0000b\" and \"a\\u0000c\"");
  }

  private static String zipMap(String first, String second) {
    return """
        node { op_type: "ZipMap" domain: "ai.onnx.ml" input: "x" output: "y"
          attribute { name: "classlabels_strings" type: STRINGS strings: "%s" strings: "%s" } }
        input { name: "x" type { tensor_type { elem_type: 1
          shape { dim { dim_param: "N" } dim { dim_value: 2 } } } } }
        output { name: "y" type { sequence_type { elem_type { map_type {
          key_type: 8 value_type { tensor_type { elem_type: 1 } } } } } } }
        """
        .formatted(first, second);
  }
}
