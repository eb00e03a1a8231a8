package io.mlops4j.spi;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

class LoadRequestTest {
  private static final LoadRequest PLAIN = LoadRequest.on(DeviceRequest.of("cuda", "cpu"));

  private static LoadRequest changed(List<UnaryOperator<LoadRequest>> changes) {
    LoadRequest request = PLAIN;
    for (UnaryOperator<LoadRequest> change : changes) {
      request = change.apply(request);
    }
    return request;
  }

  @Test
  void aChangeKeepsAllOthers() {
    List<UnaryOperator<LoadRequest>> changes =
        new ArrayList<>(
            List.of(
                request -> request.withSignature("fares"),
                LoadRequest::withoutTrust,
                LoadRequest::withProfiling,
                request -> request.withOperations(Set.of("Loop")),
                request -> request.withOperations(Set.of("Scan")),
                LoadRequest::withEngineOnly,
                request -> request.withFeatures(Set.of("age")),
                LoadRequest::withReleasedMemory,
                request -> request.withMemoryLimit(1 << 20)));
    for (int first = 0; first < changes.size(); first++) { // each is the last one once
      LoadRequest request = changed(changes);
      assertThat(request.device()).isEqualTo(PLAIN.device());
      assertThat(request.signature()).contains("fares");
      assertThat(request.trusted()).isFalse();
      assertThat(request.profiled()).isTrue();
      assertThat(request.operations()).containsExactlyInAnyOrder("Loop", "Scan");
      assertThat(request.engineOnly()).isTrue();
      assertThat(request.features()).containsExactly("age");
      assertThat(request.releasesMemory()).isTrue();
      assertThat(request.memoryLimit()).hasValue(1 << 20);
      Collections.rotate(changes, 1);
    }
  }

  @Test
  void theOriginalStaysAsItWas() {
    PLAIN.withoutTrust().withSignature("fares").withMemoryLimit(1 << 20);
    assertThat(PLAIN.trusted()).isTrue();
    assertThat(PLAIN.signature()).isEmpty();
    assertThat(PLAIN.memoryLimit()).isEmpty();
  }
}
