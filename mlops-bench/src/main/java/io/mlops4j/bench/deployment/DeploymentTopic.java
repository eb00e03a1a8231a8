package io.mlops4j.bench.deployment;

import io.mlops4j.bench.ratios.Comparison;
import io.mlops4j.bench.ratios.Topic;
import java.util.List;

/** {@code ratios deployment}: a deployment against the bare model. */
public final class DeploymentTopic implements Topic {
  private static final String WORK = "32 Arrow float columns, MLP 32-64-32-1, %d rows";
  private static final double GOAL = 1.05;

  @Override
  public List<Comparison> comparisons() {
    return List.of(
        new Comparison(
            "deployment.aa.rows32",
            WORK.formatted(32) + ", the same side twice: this much is noise",
            "itself",
            Double.NaN,
            () -> Served.deployment(32),
            () -> Served.deployment(32)),
        predict(1),
        predict(32),
        new Comparison(
            "deployment.shadow.rows32",
            WORK.formatted(32)
                + ", the caller's time with a shadow that gets every call; needs an idle processor",
            "itself, without a shadow",
            GOAL,
            () -> Served.shadowed(32),
            () -> Served.deployment(32)));
  }

  private static Comparison predict(int rows) {
    return new Comparison(
        "deployment.predict.rows" + rows,
        WORK.formatted(rows) + ", by a deployment",
        "the bare model",
        GOAL,
        () -> Served.deployment(rows),
        () -> Served.model(rows));
  }
}
