package io.mlops4j.runtime.onnx.foreign;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.fixture.DependsOnJava;
import io.mlops4j.model.ElementType;
import io.mlops4j.runtime.memory.DirectMemory;
import java.util.Set;
import org.junit.jupiter.api.Test;

@DependsOnJava
class TensorArgumentsTest {
  private static final long[] SHAPE = {3, 5};

  @Test
  void memoryOfExactlyTheShapesSizeIsAccepted() {
    assertThatCode(() -> TensorArguments.check(0x1000, 60, ElementType.FLOAT32, SHAPE))
        .doesNotThrowAnyException();
    assertThatCode(() -> TensorArguments.check(0x1001, 15, ElementType.INT8, SHAPE))
        .doesNotThrowAnyException();
    assertThatCode(() -> TensorArguments.check(0x1000, 0, ElementType.INT64, new long[] {0, 7}))
        .doesNotThrowAnyException();
    assertThatCode(() -> TensorArguments.check(0x1000, 8, ElementType.INT64, new long[0]))
        .doesNotThrowAnyException();
  }

  @Test
  void nullOddAndShortMemoryIsRefused() {
    refused(0, 60, ElementType.FLOAT32, SHAPE, "found 0x0");
    refused(0x1002, 60, ElementType.FLOAT32, SHAPE, "0x1002");
    refused(0x1004, 120, ElementType.FLOAT64, SHAPE, "0x1004");
    refused(0x1000, 59, ElementType.FLOAT32, SHAPE, "found 59 bytes");
    refused(0x1000, 7, ElementType.INT64, new long[0], "found 7 bytes");
  }

  @Test
  void shapesThatNoMemoryHoldsAreRefused() {
    refused(0x1000, 60, ElementType.FLOAT32, new long[] {-3, 5}, "[-3, 5]");
    refused(0x1000, Long.MAX_VALUE, ElementType.FLOAT32, new long[] {1L << 40, 1L << 40}, "memory");
    refused(
        0x1000, Long.MAX_VALUE, ElementType.INT8, new long[] {DirectMemory.LIMIT + 1}, "memory");
    refused(0x1000, 60, ElementType.STRING, SHAPE, "text");
  }

  private static void refused(
      long address, long capacity, ElementType type, long[] shape, String message) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> TensorArguments.check(address, capacity, type, shape))
        .withMessageContaining(message);
  }

  @Test
  void twoCopiesOfTheLibraryAreRefused() {
    assertThatThrownBy(() -> LoadedLibrary.file(Set.of("/a/x.so", "/b/x.so")))
        .isInstanceOf(UnsatisfiedLinkError.class)
        .hasMessageContaining("found 2 loaded copies");
    assertThatThrownBy(() -> LoadedLibrary.file(Set.of())).isInstanceOf(UnsatisfiedLinkError.class);
  }
}
