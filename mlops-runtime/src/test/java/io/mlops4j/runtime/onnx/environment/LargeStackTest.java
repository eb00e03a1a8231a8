package io.mlops4j.runtime.onnx.environment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.onnxruntime.OrtException;
import java.util.List;
import org.junit.jupiter.api.Test;

class LargeStackTest {
  @Test
  void failuresArriveAsTheyWere() {
    for (Throwable failure :
        List.of(
            new OrtException("planted"),
            new IllegalArgumentException("planted"),
            new OutOfMemoryError("planted"))) {
      assertThatThrownBy(
              () ->
                  LargeStack.open(
                      () -> {
                        if (failure instanceof OrtException refusal) {
                          throw refusal;
                        }
                        if (failure instanceof Error error) {
                          throw error;
                        }
                        throw (RuntimeException) failure;
                      }))
          .isSameAs(failure);
    }
  }

  @Test
  void anInterruptIsKeptForLater() throws OrtException {
    Thread.currentThread().interrupt();
    boolean seen;
    String opened;
    try {
      opened = LargeStack.open(() -> "opened");
    } finally {
      seen = Thread.interrupted();
    }
    assertThat(opened).isEqualTo("opened");
    assertThat(seen).isTrue();
  }

  @Test
  void classesAreLoadedAsByTheCaller() throws OrtException {
    Thread caller = Thread.currentThread();
    ClassLoader before = caller.getContextClassLoader();
    ClassLoader own = new ClassLoader(before) {};
    caller.setContextClassLoader(own);
    try {
      assertThat(LargeStack.open(() -> Thread.currentThread().getContextClassLoader()))
          .isSameAs(own);
    } finally {
      caller.setContextClassLoader(before);
    }
  }
}
