package io.mlops4j.bench.deployment;

import static org.assertj.core.api.Assertions.assertThat;

import io.mlops4j.bench.ratios.Comparison;
import io.mlops4j.bench.ratios.Side;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class DeploymentTopicTest {
  private static final double SHOWN = Double.NaN;

  @Test
  void everyNameIsThereOnceWithItsGoal() {
    assertThat(
            new DeploymentTopic()
                .comparisons().stream()
                    .collect(Collectors.toMap(Comparison::name, Comparison::goal)))
        .containsExactlyInAnyOrderEntriesOf(
            Map.of(
                "deployment.aa.rows32", SHOWN,
                "deployment.predict.rows1", 1.05,
                "deployment.predict.rows32", 1.05,
                "deployment.shadow.rows32", 1.05));
  }

  @Test
  void bothSidesAnswerTheSame() throws Exception {
    for (Comparison comparison : new DeploymentTopic().comparisons()) {
      try (Side ours = comparison.ours().call();
          Side theirs = comparison.theirs().call()) {
        assertThat(ours.run()).as(comparison.name()).isEqualTo(theirs.run());
      }
    }
  }
}
