package io.mlops4j.bench.together;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.observation.DefaultMeterObservationHandler;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationHandler;
import io.micrometer.observation.ObservationRegistry;
import io.micrometer.observation.tck.TestObservationRegistry;
import io.micrometer.observation.tck.TestObservationRegistryAssert;
import io.mlops4j.error.ModelInputException;
import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.inference.CallOptions;
import io.mlops4j.inference.LoadOptions;
import io.mlops4j.inference.Model;
import io.mlops4j.inference.Prediction;
import io.mlops4j.inference.RowModel;
import io.mlops4j.monitor.metrics.InferenceContext;
import io.mlops4j.monitor.metrics.InferenceObservations;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a registry of observations sees of the calls of a real model. */
class ObservationsTest {
  @TempDir Path folder;

  private final TestObservationRegistry registry = TestObservationRegistry.create();
  private WordModel words;
  private Model plain;
  private Model model;
  private FeatureBatch seven;

  @BeforeEach
  void load() {
    words = new WordModel(folder);
    plain = words.load(LoadOptions.defaults());
    model = InferenceObservations.observe(plain, registry);
    seven = words.batch(7);
  }

  @AfterEach
  void close() {
    assertThat(registry.getCurrentObservation()).isNull();
    seven.close();
    model.close();
    words.close();
  }

  private TestObservationRegistryAssert seen() {
    return TestObservationRegistryAssert.assertThat(registry);
  }

  @Test
  void aCallIsObservedWithWhoAnswered() {
    try (Prediction prediction = model.predict(seven)) {
      assertThat(prediction.floats("y")).hasSize(7);
    }

    seen()
        .hasSingleObservationThat()
        .hasNameEqualTo("mlops4j.predict")
        .hasContextualNameEqualTo("predict words")
        .hasLowCardinalityKeyValue("model", "words")
        .hasLowCardinalityKeyValue("alias", "none")
        .hasLowCardinalityKeyValue("engine", "onnxruntime")
        .hasHighCardinalityKeyValue("version", "none")
        .hasHighCardinalityKeyValue("digest", plain.servedBy().digest().toString())
        .hasHighCardinalityKeyValue("rows", "7")
        .hasKeyValuesCount(6)
        .hasBeenStarted()
        .hasBeenStopped()
        .doesNotHaveError()
        .doesNotHaveParentObservation();
  }

  @Test
  void aCallBelongsToWhatItsCallerDoes() {
    Observation request = Observation.start("request", registry);
    request.scoped(() -> model.predict(seven).close());
    request.stop();

    seen()
        .hasObservationWithNameEqualTo("mlops4j.predict")
        .that()
        .hasParentObservationEqualTo(request)
        .hasBeenStopped();
  }

  @Test
  void anErrorIsObservedAndThrown() {
    try (FeatureBatch other = words.otherColumn()) {
      assertThatThrownBy(() -> model.predict(other, CallOptions.withDefaults()))
          .isInstanceOf(ModelInputException.class);
    }

    seen()
        .hasSingleObservationThat()
        .hasBeenStopped()
        .hasHighCardinalityKeyValue("rows", "3")
        .assertThatError()
        .isInstanceOf(ModelInputException.class);
  }

  @Test
  void anAsynchronousCallEndsWithItsFuture() {
    List<Boolean> within =
        List.of(
            model
                .predictAsync(
                    seven,
                    CallOptions.withDefaults(),
                    answer -> registry.getCurrentObservation() != null)
                .join());

    assertThat(within).containsExactly(true);
    seen().hasSingleObservationThat().hasBeenStopped().doesNotHaveError();
  }

  @Test
  void anAsynchronousErrorIsTheModelsOwn() {
    try (FeatureBatch other = words.otherColumn()) {
      assertThatThrownBy(
              () ->
                  model
                      .predictAsync(other, CallOptions.withDefaults(), answer -> answer.id(0))
                      .join())
          .isInstanceOf(CompletionException.class);
    }

    seen()
        .hasSingleObservationThat()
        .hasBeenStopped()
        .assertThatError()
        .isInstanceOf(ModelInputException.class);
  }

  private static void awaiting(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Test
  void cancellingWhatIsObservedCancelsTheCall() {
    CountDownLatch reads = new CountDownLatch(1);
    CompletableFuture<String> call =
        model.predictAsync(
            seven,
            CallOptions.withDefaults(),
            answer -> {
              awaiting(reads);
              return "read";
            });

    assertThat(call.cancel(true)).isTrue();
    reads.countDown();

    assertThat(call).isCancelled();
    seen()
        .hasSingleObservationThat()
        .hasBeenStopped()
        .assertThatError()
        .isInstanceOf(CancellationException.class);
  }

  @Test
  void recordsAreObservedToo() {
    RowModel<WordModel.Row, WordModel.Out> rows =
        model.rows(WordModel.Row.class, WordModel.Out.class);
    WordModel.Row row = new WordModel.Row("w1");

    rows.predict(row);
    rows.predict(row, CallOptions.withDefaults());
    rows.predictAsync(row, CallOptions.withDefaults()).join();
    rows.predict(List.of(row, row));

    seen()
        .hasNumberOfObservationsWithNameEqualTo("mlops4j.predict", 4)
        .forAllObservationsWithNameEqualTo(
            "mlops4j.predict", one -> one.hasLowCardinalityKeyValue("model", "words"))
        .hasAnObservationWithAKeyValue("rows", "2");
  }

  @Test
  void aTimerMadeOfObservationsMeasuresTheCall() {
    SimpleMeterRegistry meters = new SimpleMeterRegistry();
    ObservationRegistry observations = ObservationRegistry.create();
    observations.observationConfig().observationHandler(new DefaultMeterObservationHandler(meters));
    long begin = System.nanoTime();

    InferenceObservations.observe(plain, observations).predict(seven).close();

    Timer timer = meters.get("mlops4j.predict").tags("error", "none").timer();
    assertThat(timer.count()).isEqualTo(1);
    assertThat(timer.totalTime(TimeUnit.NANOSECONDS))
        .isPositive()
        .isLessThanOrEqualTo((double) (System.nanoTime() - begin));
    assertThat(timer.getId().getTags())
        .extracting(tag -> tag.getKey())
        .containsExactlyInAnyOrder("model", "alias", "engine", "error");
  }

  /** Fails wherever it is asked. */
  private static final class Broken implements ObservationHandler<Observation.Context> {
    private final String where;

    Broken(String where) {
      this.where = where;
    }

    private void at(String step) {
      if (step.equals(where)) {
        throw new IllegalStateException("broken " + where);
      }
    }

    @Override
    public void onStart(Observation.Context context) {
      at("start");
    }

    @Override
    public void onError(Observation.Context context) {
      at("error");
    }

    @Override
    public void onScopeOpened(Observation.Context context) {
      at("open");
    }

    @Override
    public void onScopeClosed(Observation.Context context) {
      at("close");
    }

    @Override
    public void onStop(Observation.Context context) {
      at("stop");
    }

    @Override
    public boolean supportsContext(Observation.Context context) {
      return context instanceof InferenceContext;
    }
  }

  @Test
  void aHandlerThatThrowsIsNoCallersBusiness() {
    for (String where : List.of("start", "error", "open", "close", "stop")) {
      ObservationRegistry broken = ObservationRegistry.create();
      broken.observationConfig().observationHandler(new Broken(where));
      Model observed = InferenceObservations.observe(plain, broken);

      try (Prediction prediction = observed.predict(seven);
          FeatureBatch other = words.otherColumn()) {
        assertThat(prediction.floats("y")).hasSize(7);
        assertThatThrownBy(() -> observed.predict(other)).isInstanceOf(ModelInputException.class);
      }
      assertThat(broken.getCurrentObservation()).as(where).isNull();
    }
  }

  @Test
  void withoutHandlersTheModelIsJustAsked() {
    try (Prediction prediction =
        InferenceObservations.observe(plain, ObservationRegistry.NOOP).predict(seven)) {
      assertThat(prediction.floats("y")).hasSize(7);
    }
  }
}
