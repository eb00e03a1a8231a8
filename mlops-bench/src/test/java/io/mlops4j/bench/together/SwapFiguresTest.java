package io.mlops4j.bench.together;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationHandler;
import io.micrometer.observation.ObservationRegistry;
import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.inference.Model;
import io.mlops4j.model.ModelCard;
import io.mlops4j.model.ModelVersion;
import io.mlops4j.monitor.metrics.InferenceContext;
import io.mlops4j.monitor.metrics.InferenceMeters;
import io.mlops4j.monitor.metrics.InferenceObservations;
import io.mlops4j.registry.Change;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.runtime.deployment.Deployment;
import io.mlops4j.runtime.registry.FileModelRegistry;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Figures of a deployment whose version is swapped while a call has begun and not yet asked. */
class SwapFiguresTest {
  private static final Change CHANGE = Change.by("ana").because("test");

  @TempDir Path folder;

  private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
  private final List<String> versions = new ArrayList<>();

  @Test
  void aCallIsTheVersionsThatAnsweredIt() {
    try (WordModel words = new WordModel(folder);
        ModelRegistry registry = FileModelRegistry.open(folder.resolve("registry"))) {
      ModelVersion first = registry.publish(card("first"), words.file());
      ModelVersion second = registry.publish(card("second"), words.file());
      registry.assign("words@champion", first, CHANGE);
      try (Deployment deployment = words.deployment(registry, InferenceMeters.to(meters));
          FeatureBatch seven = words.batch(7)) {
        Runnable swap =
            () -> {
              registry.assign("words@champion", second, CHANGE);
              deployment.refresh();
            };
        Model observed = InferenceObservations.observe(deployment, swapping(swap));
        deployment.predict(seven).close();
        observed.predict(seven).close();
        deployment.predict(seven).close();
      }
    }
    assertThat(versions).containsExactly("1", "2");
    assertThat(meters.find("mlops4j.inference").tags("alias", "champion").timers())
        .extracting(timer -> timer.getId().getTag("version"), Timer::count)
        .containsExactlyInAnyOrder(tuple("1", 1L), tuple("2", 2L));
  }

  /** Swaps when the call begins, and notes the version before and after. */
  private ObservationRegistry swapping(Runnable swap) {
    ObservationRegistry observations = ObservationRegistry.create();
    observations
        .observationConfig()
        .observationHandler(
            new ObservationHandler<InferenceContext>() {
              @Override
              public void onStart(InferenceContext context) {
                note(context);
                swap.run();
              }

              @Override
              public void onStop(InferenceContext context) {
                note(context);
              }

              @Override
              public boolean supportsContext(Observation.Context context) {
                return context instanceof InferenceContext;
              }
            });
    return observations;
  }

  private void note(InferenceContext context) {
    versions.add(context.getHighCardinalityKeyValue("version").getValue());
  }

  private static ModelCard card(String note) {
    return ModelCard.builder("words").owner("ops").licence("Apache-2.0").description(note).build();
  }
}
