package io.mlops4j.bench.registry;

import static org.assertj.core.api.Assertions.assertThat;

import io.mlops4j.bench.ratios.Comparison;
import io.mlops4j.bench.ratios.Side;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class RegistryTopicTest {
  private static final double SHOWN = Double.NaN;

  @Test
  void everyNameIsThereOnceWithItsGoal() {
    assertThat(
            new RegistryTopic()
                .comparisons().stream()
                    .collect(Collectors.toMap(Comparison::name, Comparison::goal)))
        .containsExactlyInAnyOrderEntriesOf(
            Map.of(
                "registry.aa", SHOWN,
                "registry.publish.100mb", 1.3,
                "registry.resolve", SHOWN,
                "registry.page", SHOWN,
                "registry.lineage", SHOWN));
  }

  private static float answer(Callable<Side> side) throws Exception {
    try (Side opened = side.call()) {
      opened.run();
      return opened.run();
    }
  }

  @Test
  void bothSidesDoWhatTheySay() throws Exception {
    assertThat(answer(() -> Publishing.ours(1))).isPositive();
    assertThat(answer(() -> Publishing.copyAndDigest(1))).isPositive();
    assertThat(answer(() -> Reading.resolve(5))).isEqualTo(3);
    assertThat(answer(() -> new Listing(5))).isEqualTo(5);
    assertThat(answer(() -> Reading.page(60))).isEqualTo(10);
    assertThat(answer(() -> Reading.lineage(7))).isEqualTo(7);
  }
}
