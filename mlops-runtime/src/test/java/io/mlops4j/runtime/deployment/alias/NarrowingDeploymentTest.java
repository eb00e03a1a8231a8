package io.mlops4j.runtime.deployment.alias;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.mlops4j.error.ModelInputException;
import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.inference.Prediction;
import io.mlops4j.model.FeatureSchema;
import io.mlops4j.model.ModelVersion;
import io.mlops4j.model.Narrowing;
import io.mlops4j.runtime.deployment.Deployment;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Columns of doubles into a model of float32, which only the card of what serves allows. */
class NarrowingDeploymentTest {
  @TempDir Path folder;

  private record Wide(double x) {}

  private record Y(float y) {}

  @Test
  void theCardOfWhatServesNarrows() {
    try (DeploymentFixture plus = new DeploymentFixture(folder)) {
      FeatureSchema narrowed = FeatureSchema.ofNames("x").withNarrowing(Narrowing.CHECKED);
      ModelVersion version =
          plus.publish("plus3", DeploymentFixture.card().features(narrowed).build());
      plus.assign(DeploymentFixture.CHAMPION, version);
      try (Deployment deployment = plus.champion().start();
          FeatureBatch doubles = doubles(plus, 0.5, -3);
          FeatureBatch large = doubles(plus, 0.5, 1e300);
          Prediction answer = deployment.predict(doubles)) {
        assertThat(answer.floats("y")).containsExactly(3.5f, 0);
        assertThat(deployment.rows(Wide.class, Y.class).predict(new Wide(0.25)).y())
            .isEqualTo(3.25f);
        assertThatExceptionOfType(ModelInputException.class)
            .isThrownBy(() -> deployment.predict(large))
            .withMessageContaining("x: found 1.0E300 in row 1");
      }
    }
  }

  private static FeatureBatch doubles(DeploymentFixture plus, double... x) {
    return FeatureBatch.builder(plus.loader.allocator()).doubles("x", x).build();
  }
}
