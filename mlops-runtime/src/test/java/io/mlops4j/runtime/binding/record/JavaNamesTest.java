package io.mlops4j.runtime.binding.record;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class JavaNamesTest {
  @Test
  void itsOwnNameComesFirst() {
    assertThat(JavaNames.find("a_b", List.of("a.b", "a_b", "a-b"))).isEqualTo("a_b");
  }

  @Test
  void whatJavaDoesNotTakeIsAnUnderscore() {
    assertThat(JavaNames.find("input_1", List.of("input.1", "x"))).isEqualTo("input.1");
    assertThat(JavaNames.find("onnx__MatMul_0", List.of("onnx::MatMul_0"))).isNotNull();
    assertThat(JavaNames.find("__1", List.of(":1"))).isEqualTo(":1");
    assertThat(JavaNames.find("_12", List.of("12"))).isEqualTo("12");
    assertThat(JavaNames.find("_class", List.of("class"))).isEqualTo("class");
    assertThat(JavaNames.find("größe", List.of("größe"))).isEqualTo("größe");
    assertThat(JavaNames.find("_", List.of(""))).isEmpty();
  }

  @Test
  void nothingIsGuessedBetweenTwo() {
    assertThat(JavaNames.find("a_b", List.of("a.b", "a-b"))).isNull();
    assertThat(JavaNames.find("c", List.of("a.b", "a-b"))).isNull();
    assertThat(JavaNames.find("A_b", List.of("a.b"))).isNull();
  }

  @Test
  void describesWhatIsWrittenOtherwise() {
    assertThat(JavaNames.describe(List.of("x", "input.1", "12", "")))
        .containsExactly("x", "input.1 (input_1 in Java)", "12 (_12 in Java)", " (_ in Java)");
  }
}
