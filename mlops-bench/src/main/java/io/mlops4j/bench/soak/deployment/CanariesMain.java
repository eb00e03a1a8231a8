package io.mlops4j.bench.soak.deployment;

import io.mlops4j.bench.soak.part.Child;
import io.mlops4j.bench.soak.part.Graphs;
import io.mlops4j.bench.soak.part.Lines;
import io.mlops4j.error.InferenceException;
import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.model.ModelCard;
import io.mlops4j.model.ModelVersion;
import io.mlops4j.monitor.gate.CallWatch;
import io.mlops4j.registry.AliasRecord;
import io.mlops4j.registry.Change;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.runtime.ModelRuntime;
import io.mlops4j.runtime.deployment.Deployment;
import io.mlops4j.runtime.deployment.Rollout;
import io.mlops4j.runtime.deployment.RolloutPlan;
import io.mlops4j.runtime.deployment.RolloutStatus;
import io.mlops4j.runtime.registry.FileModelRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Does the rollouts of {@link Canaries}. */
final class CanariesMain implements AutoCloseable {
  private static final float GOOD = 0.99f;
  private static final float BAD = 0.97f;
  private static final double MARGIN = 0.01;
  private static final int BATCHES = 1_000;
  private static final Change CHANGE = Change.by("soak");
  private static final RolloutPlan PLAN =
      RolloutPlan.of(0.2, 0.5)
          .withEvery(Duration.ofMillis(100))
          .withPatience(Duration.ofMinutes(2));

  private final Path folder = Files.createTempDirectory("canary");
  private final ModelRuntime runtime = ModelRuntime.builder().threads(1).open();
  private final ModelRegistry registry = FileModelRegistry.open(folder.resolve("registry"));
  private final List<FeatureBatch> rows = new ArrayList<>();
  private final Random random;
  private int promotedBad;
  private int lostGood;
  private int otherHistory;

  private CanariesMain(long seed) throws IOException {
    random = new Random(seed);
  }

  /** The number of rollouts and the seed. */
  public static void main(String[] args) throws Exception {
    int rollouts = Integer.parseInt(args[0]);
    try (CanariesMain canaries = new CanariesMain(Long.parseLong(args[1]))) {
      for (int i = 0; i < rollouts; i++) {
        canaries.rollOut(i, i % 2 == 0);
      }
      canaries.otherHistory += canaries.registry.verify().isIntact() ? 0 : 1;
      double half = rollouts / 2.0;
      Child.tell("figure promoted-bad " + 100 * canaries.promotedBad / half);
      Child.tell("figure lost-good " + 100 * canaries.lostGood / half);
      Child.tell("figure history " + canaries.otherHistory);
    }
  }

  private ModelVersion publish(String model, float limit, float answer) throws IOException {
    return registry.publish(
        ModelCard.builder(model).build(),
        Graphs.save(folder, model, Lines.failingFrom(limit, answer)));
  }

  private void rollOut(int number, boolean good) throws IOException {
    String alias = "model-" + number + "@champion";
    ModelVersion champion = publish("model-" + number, GOOD, 1);
    ModelVersion candidate = publish("model-" + number, good ? GOOD : BAD, 2);
    registry.assign(alias, champion, CHANGE);
    draw();
    CallWatch calls = CallWatch.create();
    Rollout rollout = Rollout.of(registry, alias);
    long began = System.nanoTime();
    int called = 0;
    try (Deployment model =
        runtime
            .deployment(alias)
            .from(registry)
            .actor("soak")
            .every(Duration.ofMillis(50))
            .withoutRecentRows() // they would find a candidate that fails before the gate does
            .listener(calls)
            .rollouts(calls.gate().maxErrorIncrease(MARGIN))
            .start()) {
      rollout.start(candidate, PLAN, CHANGE);
      model.refresh();
      while (rollout.status().orElseThrow().isOpen()) {
        call(model);
        called += BATCHES;
      }
    }
    RolloutStatus end = rollout.status().orElseThrow();
    boolean promoted = end.state() == RolloutStatus.State.PROMOTED;
    promotedBad += !good && promoted ? 1 : 0;
    lostGood += good && !promoted ? 1 : 0;
    if (!historyTells(alias, promoted ? candidate : champion, promoted)) {
      otherHistory++;
      Child.tell(alias + ": " + end + ", but the history is " + registry.history(alias));
    }
    if (good != promoted || number % 10 < 2) {
      Child.tell(
          "%s candidate %d: %s after %d calls in %.1f s"
              .formatted(
                  good ? "good" : "bad", number, end, called, (System.nanoTime() - began) / 1e9));
    }
  }

  /** One row each, of which the champion fails for those from {@link #GOOD} on. */
  private void draw() {
    rows.forEach(FeatureBatch::close);
    rows.clear();
    for (int i = 0; i < BATCHES; i++) {
      rows.add(FeatureBatch.builder(runtime.allocator()).floats("x", random.nextFloat()).build());
    }
  }

  private void call(Deployment model) {
    draw();
    for (FeatureBatch row : rows) {
      try {
        model.predict(row).close();
      } catch (InferenceException e) {
        // counted by the watch
      }
    }
  }

  /** The alias names the version that should serve, and has moved only if it was promoted. */
  private boolean historyTells(String alias, ModelVersion serving, boolean promoted) {
    List<AliasRecord> records = registry.history(alias);
    return records.size() == (promoted ? 2 : 1)
        && serving.equals(records.get(records.size() - 1).to())
        && registry.history(alias + ".rollout").size() >= 2;
  }

  @Override
  public void close() {
    rows.forEach(FeatureBatch::close);
    registry.close();
    runtime.close();
  }
}
