package io.mlops4j.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.error.OverloadedException;
import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.inference.CallOptions;
import io.mlops4j.inference.Prediction;
import io.mlops4j.inference.RowModel;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class FakeModelTest {
  private final BufferAllocator allocator = new RootAllocator();

  private record Flight(double distance) {}

  private record Delay(float probability) {}

  private record Other(float x) {}

  @AfterEach
  void everythingIsGivenBack() {
    allocator.close();
  }

  private FeatureBatch rows(int number) {
    return FeatureBatch.builder(allocator).doubles("distance", new double[number]).build();
  }

  @Test
  void recordsGetTheAnswerOfTheFunction() {
    FakeModel model =
        FakeModel.builder("flight-delay")
            .rows(Flight.class, Delay.class, flight -> new Delay((float) flight.distance() / 1000))
            .build();
    RowModel<Flight, Delay> rows = model.rows(Flight.class, Delay.class);
    assertThat(rows.predict(new Flight(500))).isEqualTo(new Delay(0.5f));
    assertThat(rows.predict(List.of(new Flight(0), new Flight(250))))
        .containsExactly(new Delay(0), new Delay(0.25f));
    assertThat(rows.predictAsync(new Flight(500), CallOptions.withDefaults()))
        .isCompletedWithValue(new Delay(0.5f));
    assertThat(model.calls()).isEqualTo(3);
    assertThat(model.servedBy().model()).isEqualTo("flight-delay");
    assertThatThrownBy(() -> model.rows(Flight.class, Other.class))
        .hasMessageContaining("rows(Flight.class, Other.class, row -> ...)");
  }

  @Test
  void batchesGetOutputsThatThePredictionCloses() {
    FakeModel model =
        FakeModel.builder("flight-delay")
            .batches(
                batch ->
                    FeatureBatch.builder(allocator)
                        .floats("probability", 0.25f, 0.5f)
                        .floats("scores", 1, 2, 3, 4, 5, 6)
                        .asTensors(3)
                        .longs("label", 0, 1)
                        .strings("text", "a", "b")
                        .build())
            .build();
    try (FeatureBatch batch = rows(2);
        Prediction prediction = model.predict(batch, CallOptions.withDefaults());
        FeatureBatch outputs = prediction.outputs()) {
      assertThat(prediction.rows()).isEqualTo(2);
      assertThat(prediction.floats("probability")).containsExactly(0.25f, 0.5f);
      assertThat(prediction.doubles("probability")).containsExactly(0.25, 0.5);
      assertThat(prediction.floats("scores")).containsExactly(1, 2, 3, 4, 5, 6);
      assertThat(prediction.shape("scores")).containsExactly(2, 3);
      assertThat(prediction.shape("label")).containsExactly(2);
      assertThat(prediction.longs("label")).containsExactly(0, 1);
      assertThat(prediction.strings("text")).containsExactly("a", "b");
      assertThat(prediction.id(0)).isNotEqualTo(prediction.id(1));
      assertThat(outputs.rows()).isEqualTo(2);
      assertThatThrownBy(() -> prediction.floats("label"))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("expected float32");
      assertThatThrownBy(() -> prediction.floats("none"))
          .isInstanceOf(IllegalArgumentException.class);
    }
    try (FeatureBatch one = rows(1)) {
      assertThatThrownBy(() -> model.predict(one))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("2 rows for a batch of 1");
    }
  }

  @Test
  void functionsThatThrowAreCallsThatFail() {
    FakeModel model =
        FakeModel.builder("flight-delay")
            .rows(
                Flight.class,
                Delay.class,
                flight -> {
                  throw new OverloadedException("too many calls");
                })
            .build();
    RowModel<Flight, Delay> rows = model.rows(Flight.class, Delay.class);
    assertThatThrownBy(() -> rows.predict(new Flight(1))).isInstanceOf(OverloadedException.class);
    assertThat(rows.predictAsync(new Flight(1), CallOptions.withDefaults()))
        .isCompletedExceptionally();
    try (FeatureBatch batch = rows(1)) {
      assertThatThrownBy(() -> model.predict(batch))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("FakeModel.Builder.batches(rows -> ...)");
    }
    model.close();
    assertThatThrownBy(() -> rows.predict(new Flight(1)))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("model flight-delay is closed");
  }

  @Test
  void theClockStandsUntilItIsMoved() {
    TestClock clock = TestClock.at(Instant.EPOCH);
    TestClock inBerlin = clock.withZone(ZoneId.of("Europe/Berlin"));
    clock.advance(Duration.ofHours(2));
    assertThat(clock.instant()).isEqualTo("1970-01-01T02:00:00Z");
    assertThat(inBerlin.instant()).isEqualTo(clock.instant());
    clock.set(Instant.EPOCH);
    assertThat(inBerlin.instant()).isEqualTo(Instant.EPOCH);
  }
}
