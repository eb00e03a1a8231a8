package io.mlops4j.runtime.onnx;

import static org.assertj.core.api.Assertions.assertThat;

import ai.onnxruntime.OrtException;
import io.mlops4j.fixture.DependsOnJava;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DependsOnJava
class NativeMemoryTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "Error code - ORT_RUNTIME_EXCEPTION - message: std::bad_alloc",
        "BFCArena: Failed to allocate memory for requested buffer of size 4096"
      })
  void aFailedAllocationIsAnOutOfMemoryErrorAmongTheCauses(String message) {
    OrtException failure = new OrtException(message);
    assertThat(NativeMemory.cause(failure)).isInstanceOf(OutOfMemoryError.class).hasCause(failure);
    assertThat(NativeMemory.expected(failure)).contains("free memory outside the Java heap");
  }

  @Test
  void everythingElseIsItsOwnCause() {
    OrtException failure = new OrtException("Protobuf parsing failed.");
    assertThat(NativeMemory.cause(failure)).isSameAs(failure);
    assertThat(NativeMemory.expected(failure)).contains("values and shapes");
  }
}
