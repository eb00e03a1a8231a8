package io.mlops4j.runtime.compatibility;

import static org.assertj.core.api.Assertions.assertThat;

import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.inference.LoadOptions;
import io.mlops4j.inference.MicroBatching;
import io.mlops4j.inference.Model;
import io.mlops4j.model.ElementType;
import io.mlops4j.model.FeatureSchema;
import io.mlops4j.runtime.ModelRuntime;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** A runtime that is strict about what was forgotten, and the check that nothing was. */
abstract class RuntimeSuite {
  final EngineUnderTest tested = engine();
  ModelRuntime runtime;

  /** The engine and its models. */
  protected abstract EngineUnderTest engine();

  @BeforeEach
  void open() {
    Excuses.check(this, "all tests", tested.cannotRun());
    runtime = ModelRuntime.builder().threads(2).strict().open();
  }

  @AfterEach
  void everyByteIsFreed() {
    if (runtime != null) {
      try {
        assertThat(runtime.hostBytes()).isZero();
        assertThat(runtime.allocator().getAllocatedMemory()).isZero();
      } finally {
        runtime.close();
      }
    }
  }

  FeatureBatch.Builder builder() {
    return FeatureBatch.builder(runtime.allocator());
  }

  Model load(Job job) {
    return load(job, null);
  }

  /** With these columns; null where they have the names of the inputs. */
  Model load(Job job, FeatureSchema features) {
    Excuses.check(this, job, tested.cannot(job));
    return load(tested.model(job), features);
  }

  Model load(ElementType type, FeatureSchema features) {
    Excuses.check(this, type, tested.cannot(type));
    return load(tested.identity(type), features);
  }

  /** Small batches that pile up are joined. */
  Model loadJoining(Job job) {
    Excuses.check(this, job, tested.cannot(job));
    return load(
        tested.model(job),
        LoadOptions.builder().microBatching(MicroBatching.upTo(16).withoutMeasuring()).build());
  }

  private Model load(TestModel model, FeatureSchema features) {
    LoadOptions options = LoadOptions.defaults();
    return load(model, features == null ? options : options.toBuilder().features(features).build());
  }

  private Model load(TestModel model, LoadOptions chosen) {
    LoadOptions options = chosen.toBuilder().engine(tested.provider().name()).build();
    return runtime.load(
        model.path(),
        model.signature() == null
            ? options
            : options.toBuilder().signature(model.signature()).build());
  }
}
