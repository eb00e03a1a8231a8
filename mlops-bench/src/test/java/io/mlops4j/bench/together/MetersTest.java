package io.mlops4j.bench.together;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.config.MeterFilter;
import io.micrometer.core.instrument.config.MeterFilterReply;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.mlops4j.error.ModelInputException;
import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.inference.LoadOptions;
import io.mlops4j.inference.Model;
import io.mlops4j.inference.Prediction;
import io.mlops4j.inference.RowModel;
import io.mlops4j.monitor.metrics.InferenceMeters;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What stands in a registry of meters after calls of a real model. */
class MetersTest {
  @TempDir Path folder;

  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();

  private Timer calls(String outcome) {
    return registry.get("mlops4j.inference").tags("outcome", outcome).timer();
  }

  private DistributionSummary rows(String outcome) {
    return registry.get("mlops4j.inference.rows").tags("outcome", outcome).summary();
  }

  @Test
  void figuresAreWhatHappened() {
    long begin = System.nanoTime();
    try (WordModel words = new WordModel(folder);
        Model model =
            words.load(LoadOptions.builder().listener(InferenceMeters.to(registry)).build());
        FeatureBatch seven = words.batch(7);
        FeatureBatch other = words.otherColumn()) {
      for (int call = 0; call < 10; call++) {
        model.predict(seven).close();
      }
      RowModel<WordModel.Row, WordModel.Out> records =
          model.rows(WordModel.Row.class, WordModel.Out.class);
      records.predict(new WordModel.Row("w1"));
      records.predict(List.of(new WordModel.Row("w1"), new WordModel.Row("w2")));
      for (int call = 0; call < 4; call++) {
        assertThatThrownBy(() -> model.predict(other)).isInstanceOf(ModelInputException.class);
      }
    }
    long all = System.nanoTime() - begin;

    assertThat(calls("success").count()).isEqualTo(12);
    assertThat(rows("success").count()).isEqualTo(12);
    assertThat(rows("success").totalAmount()).isEqualTo(10 * 7 + 1 + 2);
    assertThat(calls("error").count()).isEqualTo(4);
    assertThat(rows("error").totalAmount()).isEqualTo(4 * 3);
    assertThat(registry.find("mlops4j.inference.errors").counters())
        .extracting(counter -> counter.getId().getTag("exception"), Counter::count)
        .containsExactly(tuple("ModelInputException", 4.0));
    assertThat(calls("success").getId().getTag("model")).isEqualTo("words");
    assertThat(calls("success").getId().getTag("engine")).isEqualTo("onnxruntime");
    assertThat(calls("error").totalTime(TimeUnit.NANOSECONDS)).isPositive();
    assertPhasesAreTheCalls(all);
  }

  private void assertPhasesAreTheCalls(long all) {
    double phases = 0;
    for (Timer phase : registry.get("mlops4j.inference.phase").timers()) {
      if (!"queue".equals(phase.getId().getTag("phase"))) { // these calls find idle slots
        assertThat(phase.totalTime(TimeUnit.NANOSECONDS)).isPositive();
      }
      phases += phase.totalTime(TimeUnit.NANOSECONDS);
    }
    double calls =
        calls("success").totalTime(TimeUnit.NANOSECONDS)
            + calls("error").totalTime(TimeUnit.NANOSECONDS);
    assertThat(phases).isEqualTo(calls);
    assertThat(calls).isLessThanOrEqualTo((double) all);
  }

  @Test
  void aRegistryThatThrowsIsNoCallersBusiness() {
    registry
        .config()
        .meterFilter(
            new MeterFilter() {
              @Override
              public MeterFilterReply accept(Meter.Id id) {
                throw new IllegalStateException("no meters today");
              }
            });
    try (WordModel words = new WordModel(folder);
        Model model =
            words.load(LoadOptions.builder().listener(InferenceMeters.to(registry)).build());
        FeatureBatch batch = words.batch(7);
        FeatureBatch other = words.otherColumn()) {
      try (Prediction prediction = model.predict(batch)) {
        assertThat(prediction.floats("y")).hasSize(7);
      }
      assertThatThrownBy(() -> model.predict(other)).isInstanceOf(ModelInputException.class);
    }
    assertThat(registry.getMeters()).isEmpty();
  }
}
