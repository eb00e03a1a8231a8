package io.mlops4j.runtime.onnx.foreign;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.mlops4j.fixture.DependsOnJava;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;

@DependsOnJava
class NativeAccessTest {
  @Test
  void thePropertyDecidesOnlyIfTheProgramDoesNot() {
    assertThat(NativeAccess.obstacle(null, "jni")).contains("mlops4j.calls is jni");
    assertThat(NativeAccess.obstacle(false, "foreign")).isEqualTo("foreignCalls(false) was set");
    assertThat(NativeAccess.obstacle(true, "jni"))
        .isEqualTo(NativeAccess.obstacle(null, "foreign"));
  }

  @Test
  @EnabledForJreRange(min = JRE.JAVA_22, disabledReason = "java.lang.foreign needs Java 22")
  void newerVersionsOfJavaHaveNoObstacle() {
    assertThat(NativeAccess.obstacle(null, "foreign")).isNull();
    assertThat(NativeAccess.obstacle(true, "")).isNull();
  }

  @Test
  void anotherValueOfThePropertyIsRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> NativeAccess.obstacle(null, "ffm"))
        .withMessage("system property mlops4j.calls: found \"ffm\", expected jni or foreign");
  }
}
