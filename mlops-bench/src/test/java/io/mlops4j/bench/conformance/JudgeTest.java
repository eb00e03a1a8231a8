package io.mlops4j.bench.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import io.mlops4j.error.ModelInputException;
import io.mlops4j.model.ElementType;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class JudgeTest {
  private static final TestCase TEST =
      TestCase.in(
          Path.of("src/test/resources/io/mlops4j/bench/conformance/cases"),
          "node/test_max_float32");

  /** The larger ones of 3, 2, 1 and 1, 4, 4. */
  private static final CaseRunner EXPECTED = answering(3, 4, 4);

  private static final CaseRunner OTHER = answering(3, 4, 5);
  private static final CaseRunner REFUSING =
      test -> {
        throw new ModelInputException("x", "this", "that");
      };
  private static final CaseRunner BROKEN =
      test -> {
        throw new IllegalStateException("broken");
      };

  private static CaseRunner answering(float... values) {
    return test -> List.of(Map.of("result", Value.of(tensor(values))));
  }

  private static Tensor tensor(float... values) {
    ByteBuffer bits = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
    for (float value : values) {
      bits.putFloat(value);
    }
    return Tensor.of(ElementType.FLOAT32, new long[] {values.length}, bits.array());
  }

  private static String judge(CaseRunner raw, CaseRunner... ours) {
    Judge judge = new Judge(raw, List.of(ours));
    Answer theirs = judge.askRaw(TEST);
    Verdict verdict = judge.judge(TEST, theirs, Judge.surprise(theirs, TEST));
    return (verdict.rawPassed() ? "raw passed, " : "") + verdict.line();
  }

  @Test
  void equalBitsPass() {
    assertThat(judge(EXPECTED, EXPECTED, EXPECTED))
        .isEqualTo("raw passed, node/test_max_float32 passed ");
  }

  @Test
  void otherBitsFailAndAreShown() {
    assertThat(judge(EXPECTED, OTHER))
        .isEqualTo(
            "raw passed, node/test_max_float32 failed output result: float32[3], element 2:"
                + " 0x40a00000, raw 0x40800000");
  }

  @Test
  void whatIsEqualToTheEyeFailsAllTheSame() {
    assertThat(judge(answering(0f), answering(-0f))).contains(" failed ", "0x80000000");
  }

  @Test
  void otherShapesFail() {
    assertThat(judge(EXPECTED, answering(3, 4)))
        .endsWith("failed output result: float32[2], raw float32[3]");
  }

  @Test
  void otherOutputsFail() {
    assertThat(judge(EXPECTED, test -> List.of(Map.of()))).contains(" failed outputs []");
  }

  @Test
  void everyWayToAskMustPass() {
    assertThat(judge(EXPECTED, EXPECTED, OTHER)).contains(" failed ");
    assertThat(judge(EXPECTED, OTHER, EXPECTED)).contains(" failed ");
  }

  @Test
  void aRefusalFailsWhereRawAnswers() {
    assertThat(judge(EXPECTED, REFUSING))
        .endsWith("failed raw answers, the library does not: x: found this, expected that");
  }

  @Test
  void whatNeitherCanIsRefused() {
    assertThat(judge(BROKEN, REFUSING))
        .isEqualTo(
            "node/test_max_float32 refused x: found this, expected that; raw:"
                + " java.lang.IllegalStateException: broken");
  }

  @Test
  void anExceptionThatIsNoneOfTheLibrarysFails() {
    assertThat(judge(BROKEN, BROKEN)).contains(" failed java.lang.IllegalStateException: broken");
  }

  @Test
  void whereRawCannotTheExpectedValuesDecide() {
    assertThat(judge(BROKEN, EXPECTED)).contains(" passed as the case expects; raw cannot: ");
    assertThat(judge(BROKEN, OTHER)).contains(" failed ", " not as the case expects; raw: ");
  }

  @Test
  void rawMayAnswerOtherwiseThanTheCaseExpects() {
    assertThat(judge(OTHER, OTHER))
        .isEqualTo("node/test_max_float32 passed as raw, but not as the case expects");
  }
}
