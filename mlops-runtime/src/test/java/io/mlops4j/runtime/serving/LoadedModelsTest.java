package io.mlops4j.runtime.serving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.inference.LoadOptions;
import io.mlops4j.inference.Model;
import io.mlops4j.inference.Prediction;
import io.mlops4j.model.FeatureSchema;
import io.mlops4j.runtime.ModelRuntime;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Models that are shared and kept, with the real engine. */
@SuppressWarnings("try") // closing early
class LoadedModelsTest {
  private static final long ROOMY = 1 << 30;

  private ServingFixture fixture = new ServingFixture(ROOMY);

  @AfterEach
  void nothingIsForgotten() {
    fixture.close();
  }

  private static SharedModel shared(ServingModel model) {
    return ((LoadedModel) model).shared();
  }

  private ServingModel mlp(LoadOptions options) {
    return fixture.load("mlp4.onnx", options);
  }

  private void answersRightly(Model model) {
    FeatureBatch.Builder builder = FeatureBatch.builder(fixture.allocator());
    for (int i = 0; i < 4; i++) {
      builder.floats(List.of("a", "b", "c", "d").get(i), ServingFixture.column(i));
    }
    try (FeatureBatch batch = builder.build();
        Prediction y = model.predict(batch)) {
      assertThat(y.floats("y")).isEqualTo(ServingFixture.flat(ServingFixture.Y));
    }
  }

  @Test
  void sameBytesWithTheSameOptionsAreOneModelOfTwoIdentities() {
    try (ServingModel one = mlp(ServingFixture.ABCD);
        ServingModel other = mlp(ServingFixture.ABCD)) {
      assertThat(shared(other)).isSameAs(shared(one));
      one.close();
      answersRightly(other);
      assertThatThrownBy(() -> answersRightly(one)).isInstanceOf(IllegalStateException.class);
    }
  }

  @Test
  void otherOptionsAreAnotherModel() {
    LoadOptions swapped =
        LoadOptions.builder().features(FeatureSchema.ofNames("d", "c", "b", "a")).build();
    try (ServingModel one = mlp(ServingFixture.ABCD);
        ServingModel uncached = mlp(ServingFixture.ABCD.toBuilder().uncached().build());
        ServingModel untrusted = mlp(ServingFixture.ABCD.toBuilder().untrusted().build());
        ServingModel split = mlp(ServingFixture.ABCD.toBuilder().independentRows().build());
        ServingModel named = mlp(ServingFixture.ABCD.toBuilder().device("cpu").build());
        ServingModel profiled = mlp(ServingFixture.ABCD.toBuilder().profiled().build());
        ServingModel released = mlp(ServingFixture.ABCD.toBuilder().releaseMemory().build());
        ServingModel other = mlp(swapped)) {
      List<SharedModel> all = new ArrayList<>();
      List.of(one, uncached, untrusted, split, named, profiled, released, other)
          .forEach(model -> all.add(shared(model)));
      assertThat(all).doesNotHaveDuplicates();
      answersRightly(one);
    }
  }

  @Test
  void closedModelStaysLoadedForTheNextAndHoldsNoMemoryOfCalls() {
    SharedModel first;
    try (ServingModel model = mlp(ServingFixture.ABCD)) {
      answersRightly(model);
      first = shared(model);
    }
    assertThat(fixture.loader.figures().idleModels()).isOne();
    try (ServingModel again = mlp(ServingFixture.ABCD)) {
      assertThat(shared(again)).isSameAs(first);
      assertThat(fixture.loader.figures().idleModels()).isZero();
      answersRightly(again);
    }
  }

  @Test
  void withoutABudgetNothingStays() {
    fixture.close();
    fixture = new ServingFixture(0);
    SharedModel first;
    try (ServingModel model = mlp(ServingFixture.ABCD)) {
      first = shared(model);
    }
    assertThat(fixture.loader.figures().idleModels()).isZero();
    assertThat(fixture.loader.hostBytes()).isZero();
    try (ServingModel again = mlp(ServingFixture.ABCD)) {
      assertThat(shared(again)).isNotSameAs(first);
    }
  }

  /** The budget has room for one of these models, each of which counts as one or two kibibytes. */
  @Test
  void idleModelsGoWhenTheBudgetIsFullAndUsedOnesNever() {
    fixture.close();
    fixture = new ServingFixture(3 << 10);
    try (ServingModel used = mlp(ServingFixture.ABCD)) {
      for (String other : List.of("columns2d.onnx", "dynamic.onnx", "folded.onnx", "fault.onnx")) {
        fixture.load(other).close();
        assertThat(fixture.loader.figures().idleModels()).as(other).isBetween(0, 2);
      }
      ServingModel same = mlp(ServingFixture.ABCD);
      assertThat(shared(same)).isSameAs(shared(used));
      same.close();
      answersRightly(used);
    }
  }

  @Test
  void modelLoadedManyTimesAtOnceIsOneInTheEnd() throws Exception {
    int threads = 8;
    ExecutorService loaders = Executors.newFixedThreadPool(threads);
    try {
      CyclicBarrier together = new CyclicBarrier(threads);
      List<Future<Integer>> all = new ArrayList<>();
      for (int i = 0; i < threads; i++) {
        all.add(
            loaders.submit(
                () -> {
                  for (int turn = 0; turn < 50; turn++) {
                    together.await();
                    try (ServingModel model = mlp(ServingFixture.ABCD)) {
                      answersRightly(model);
                    }
                  }
                  return 0;
                }));
      }
      for (Future<Integer> each : all) {
        assertThat(each.get()).isZero();
      }
      assertThat(fixture.loader.figures().idleModels()).isOne();
    } finally {
      loaders.shutdownNow();
    }
  }

  @Test
  void otherBytesUnderTheSameNameAreAnotherModel(@TempDir Path folder) throws Exception {
    Path file = folder.resolve("m.onnx");
    try (ModelRuntime runtime = ModelRuntime.builder().keepLoaded(ROOMY).strict().open()) {
      Files.copy(ServingFixture.MODELS.resolve("mlp4.onnx"), file);
      runtime.load(file, ServingFixture.ABCD).close();
      Files.write(file, Files.readAllBytes(ServingFixture.MODELS.resolve("mlp4_wrong.onnx")));
      try (Model other = runtime.load(file, ServingFixture.ABCD)) {
        assertThatThrownBy(() -> answersRightly(other)).isInstanceOf(AssertionError.class);
      }
    }
    assertThatThrownBy(() -> ModelRuntime.builder().keepLoaded(-1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("bytes: found -1, expected 0 or more");
  }
}
