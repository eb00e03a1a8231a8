package io.mlops4j.runtime.serving;

import static org.assertj.core.api.Assertions.assertThat;

import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.inference.InferenceEvent;
import io.mlops4j.inference.InferenceListener;
import io.mlops4j.inference.LoadOptions;
import io.mlops4j.inference.Model;
import io.mlops4j.inference.RowModel;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.LongPredicate;
import org.apache.arrow.vector.Float4Vector;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Listeners that take the rows of some calls. */
@SuppressWarnings("ArrayRecordComponent")
class SampledListenerTest {
  private final ServingFixture fixture = new ServingFixture();

  @AfterEach
  void nothingIsForgotten() {
    fixture.close();
  }

  record Row(float a, float b, float c, float d) {}

  record Out(float[] y) {}

  private static final class Sampling implements InferenceListener {
    private final LongPredicate takes;
    private final List<Long> asked = new ArrayList<>();
    private final List<Long> calls = new ArrayList<>();
    private final List<Float> values = new ArrayList<>();
    private int failures;

    Sampling(LongPredicate takes) {
      this.takes = takes;
    }

    @Override
    public boolean needsRows() {
      return true;
    }

    @Override
    public boolean takesRows(InferenceEvent.Route route, long call, int rows) {
      assertThat(route).isEqualTo(InferenceEvent.Route.PRIMARY);
      asked.add(call);
      return takes.test(call);
    }

    @Override
    public void onInference(InferenceEvent event) {
      if (event.error() != null) {
        failures++;
        return;
      }
      Float4Vector a = (Float4Vector) Objects.requireNonNull(event.features()).column("a");
      for (int i = 0; i < event.rows(); i++) {
        calls.add(event.id(i).call());
        values.add(a.get(i));
      }
    }
  }

  private Model model(InferenceListener... listeners) {
    LoadOptions options = ServingFixture.ABCD;
    for (InferenceListener listener : listeners) {
      options = options.toBuilder().listener(listener).build();
    }
    return fixture.load("mlp4.onnx", options);
  }

  private static void predict(Model model, int records) {
    RowModel<Row, Out> rows = model.rows(Row.class, Out.class);
    for (int i = 0; i < records; i++) {
      rows.predict(new Row(i, 0, 0, 0));
    }
  }

  @Test
  void onlyRecordsOfCallsThatAreTakenAreCollected() {
    Sampling odd = new Sampling(call -> call % 2 == 1);
    try (Model model = model(odd)) {
      predict(model, 100);
    }
    assertThat(odd.calls).hasSize(50).allMatch(call -> call % 2 == 1);
    assertThat(odd.values).hasSize(50).doesNotHaveDuplicates();
    assertThat(odd.asked).as("each record, and the block").hasSize(101);
  }

  @Test
  void severalListenersShareBlocksWhichEachOfThemTakesOrNot() {
    Sampling none = new Sampling(call -> false);
    Sampling all = new Sampling(call -> true);
    try (Model model = model(none, all)) {
      predict(model, 100);
    }
    assertThat(all.calls).hasSize(100);
    assertThat(none.calls).isEmpty();
    assertThat(none.asked).as("the block").hasSize(1);
  }

  @Test
  void aBatchIsTakenOrNotAsAWhole() {
    Sampling first = new Sampling(call -> call == 0);
    try (Model model = model(first);
        FeatureBatch batch =
            FeatureBatch.builder(fixture.allocator())
                .floats("a", 1, 2)
                .floats("b", 0, 0)
                .floats("c", 0, 0)
                .floats("d", 0, 0)
                .build()) {
      for (int i = 0; i < 3; i++) {
        model.predict(batch).close();
      }
    }
    assertThat(first.asked).hasSize(3);
    assertThat(first.values.size()).isLessThanOrEqualTo(2);
    assertThat(first.values.size() % 2).isZero();
  }

  @Test
  void failuresAreNotSampled() {
    Sampling none = new Sampling(call -> false);
    try (Model model = model(none);
        FeatureBatch lacking =
            FeatureBatch.builder(fixture.allocator()).floats("a", 1, 2).build()) {
      try {
        model.predict(lacking).close();
      } catch (RuntimeException expected) {
        assertThat(expected).hasMessageContaining("b");
      }
    }
    assertThat(none.failures).isEqualTo(1);
    assertThat(none.asked).isEmpty();
  }

  @Test
  void aListenerThatThrowsWhenItIsAskedLosesTheRowsOnly() {
    Sampling broken =
        new Sampling(
            call -> {
              throw new IllegalStateException("broken");
            });
    Sampling all = new Sampling(call -> true);
    try (Model model = model(broken, all)) {
      predict(model, 3);
    }
    assertThat(all.calls).hasSize(3);
    assertThat(broken.calls).isEmpty();
  }
}
