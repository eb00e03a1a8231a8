package io.mlops4j.runtime.onnx.environment;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which versions of ONNX Runtime are spoken of. */
class OnnxVersionTest {
  @ParameterizedTest
  @ValueSource(strings = {"1.20.0", "1.28.1", "1.9.0", "0.99"})
  void olderOnesAre(String found) {
    assertThat(OnnxVersion.unlikeTested(found))
        .get()
        .asString()
        .startsWith("found ONNX Runtime " + found + " on the class path, expected 1.29.0")
        .contains("exclude it there");
  }

  @ParameterizedTest
  @ValueSource(strings = {"1.29.0", "1.29.1", "1.30.0", "2.0.0", "1.100.0", "main", ""})
  void othersAreNot(String found) {
    assertThat(OnnxVersion.unlikeTested(found)).isEmpty();
  }

  @Test
  void theOneOfTheTestsIsNot() {
    assertThat(OnnxVersion.unlikeTested(OnnxVersion.TESTED)).isEmpty();
  }
}
