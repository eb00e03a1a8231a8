package io.mlops4j.runtime.onnx;

import static io.mlops4j.runtime.onnx.OnnxFixture.CPU;
import static io.mlops4j.runtime.onnx.OnnxFixture.feedText;
import static io.mlops4j.runtime.onnx.OnnxFixture.readText;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.error.ModelInputException;
import io.mlops4j.fixture.DependsOnJava;
import io.mlops4j.spi.EngineModel;
import io.mlops4j.spi.EngineSlot;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The model returns its input, so each answer must be the text that was fed. */
@DependsOnJava
class RepeatedTextTest {
  private static final String GRIN = "\uD83D\uDE00";
  private static final int ROWS = 1000;

  private final OnnxFixture onnx = new OnnxFixture();
  private EngineModel model;
  private EngineSlot slot;

  @BeforeEach
  void load() {
    // Without a shape, so that any is taken.
    String type = "type { tensor_type { elem_type: 8 } } }";
    String graph =
        "node { op_type: \"Identity\" input: \"x\" output: \"y\" }"
            + ("input { name: \"x\" " + type)
            + ("output { name: \"y\" " + type);
    model = onnx.engine.load(OnnxFixture.source("text.onnx", ProtoText.model(graph)), CPU);
    slot = model.slot();
  }

  @AfterEach
  void close() {
    slot.close();
    model.close();
    onnx.close();
  }

  private static String[] cycle(int rows, String... texts) {
    return IntStream.range(0, rows).mapToObj(i -> texts[i % texts.length]).toArray(String[]::new);
  }

  private void expectReturned(String[] texts, long... dims) {
    feedText(slot, 0, texts, dims);
    slot.run();
    assertThat(readText(slot.output(0))).isEqualTo(texts);
    slot.recycle();
  }

  @Test
  void fewTextsOfManyRowsComeBack() {
    expectReturned(cycle(ROWS, "ORD", "", "MDW", "a text of more than fifteen bytes", "é€"), ROWS);
    expectReturned(cycle(ROWS, "ORD"), ROWS);
    expectReturned(cycle(2 * ROWS, "LAX", "ORD"), ROWS, 2);
  }

  @Test
  void textsWithTheSameHashAreDifferent() {
    assertThat("AaAa").hasSameHashCodeAs("BBBB");
    expectReturned(cycle(ROWS, "AaAa", "BBBB", "AaBB", "BBAa"), ROWS);
  }

  @Test
  void equalTextsMayBeDifferentObjects() {
    expectReturned(
        IntStream.range(0, ROWS).mapToObj(i -> "text " + i % 7).toArray(String[]::new), ROWS);
  }

  @Test
  void asManyTextsAsRowsComeBack() {
    for (int distinct : new int[] {ROWS / 4 - 1, ROWS / 4, ROWS / 4 + 1, ROWS}) {
      expectReturned(
          cycle(ROWS, IntStream.range(0, distinct).mapToObj(i -> "t" + i).toArray(String[]::new)),
          ROWS);
    }
  }

  @Test
  void charactersThatTheJavaApiAltersComeBack() {
    expectReturned(cycle(ROWS, "a", GRIN + " b", "c\0d"), ROWS);
    expectReturned(cycle(ROWS, "a", "b"), ROWS);
  }

  @Test
  void halfOfASurrogatePairIsNamedWithItsRow() {
    String[] texts = cycle(ROWS, "a", "b");
    texts[700] = GRIN.substring(1);

    assertThatThrownBy(() -> feedText(slot, 0, texts, ROWS))
        .isInstanceOf(ModelInputException.class)
        .hasMessageContaining("half of a surrogate pair at 700");
    expectReturned(cycle(ROWS, "a", "b"), ROWS);
  }

  @Test
  void aNullIsNamedWithItsRow() {
    String[] texts = cycle(ROWS, "a", "b");
    texts[700] = null;

    assertThatThrownBy(() -> feedText(slot, 0, texts, ROWS))
        .isInstanceOf(ModelInputException.class)
        .hasMessageContaining("null at 700");
    expectReturned(cycle(ROWS, "a", "b"), ROWS);
  }

  @Test
  void slotsOfOneModelAreIndependent() {
    try (EngineSlot other = model.slot()) {
      feedText(slot, 0, cycle(ROWS, "a", "b"), ROWS);
      feedText(other, 0, cycle(ROWS, "c"), ROWS);
      slot.run();
      other.run();

      assertThat(readText(slot.output(0))).isEqualTo(cycle(ROWS, "a", "b"));
      assertThat(Arrays.asList(readText(other.output(0)))).containsOnly("c");
    }
  }
}
