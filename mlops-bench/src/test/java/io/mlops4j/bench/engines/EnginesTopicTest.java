package io.mlops4j.bench.engines;

import static org.assertj.core.api.Assertions.assertThat;

import io.mlops4j.bench.ratios.Comparison;
import io.mlops4j.bench.ratios.Side;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class EnginesTopicTest {
  /** DJL must be the first in its process, MiniLM has a test of its own, a copy answers nothing. */
  private static final List<String> OTHERS =
      List.of("djl", "minilm", "memcpy", "start", "open", "tf");

  static Stream<Comparison> comparisons() {
    return new EnginesTopic()
        .comparisons().stream().filter(c -> OTHERS.stream().noneMatch(c.name()::contains));
  }

  @ParameterizedTest
  @MethodSource("comparisons")
  void bothSidesComputeTheSame(Comparison comparison) throws Exception {
    try (Side ours = comparison.ours().call();
        Side theirs = comparison.theirs().call()) {
      float first = ours.run();
      assertThat(first).isNotNaN().isEqualTo(theirs.run());
      assertThat(ours.run()).isEqualTo(first);
    }
  }

  @Test
  void everyNameIsThereOnce() {
    List<String> names = new EnginesTopic().comparisons().stream().map(Comparison::name).toList();
    assertThat(names).doesNotHaveDuplicates().allMatch(name -> name.startsWith("engines."));
  }
}
