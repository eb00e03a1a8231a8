package io.mlops4j.monitor.live.watch.drift;

import static org.assertj.core.api.Assertions.assertThat;

import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.monitor.profile.CategoryProfile;
import io.mlops4j.monitor.profile.Profile;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A number that always differs from its reference, and a category. */
class SliceDetectorsTest {
  private static final long SEED = 20;
  private static final int WINDOW = 1_000;
  private static final double WEIGHT = 1e-4;

  private final BufferAllocator allocator = new RootAllocator();
  private final Random random = new Random(SEED);
  private final Profile reference = reference();
  private final SliceDetectors detectors = new SliceDetectors(reference, 0.5);

  @AfterEach
  void nothingIsLent() {
    assertThat(allocator.getAllocatedMemory()).isZero();
    allocator.close();
  }

  private FeatureBatch rows(int count, double shift, double missing, double changed) {
    float[] x = new float[count];
    String[] places = new String[count];
    for (int i = 0; i < count; i++) {
      x[i] = (float) (random.nextGaussian() + shift);
      int place = random.nextDouble() < changed ? 0 : random.nextInt(5);
      places[i] = random.nextDouble() < missing ? null : "place " + place;
    }
    return FeatureBatch.builder(allocator).floats("x", x).strings("place", places).build();
  }

  private Profile reference() {
    try (FeatureBatch rows = rows(10_000, 0, 0, 0)) {
      return Profile.of(List.of(rows));
    }
  }

  private SliceCounter window(double missing, double changed) {
    SliceCounter counter = new SliceCounter(reference, null);
    try (FeatureBatch rows = rows(WINDOW, 0.5, missing, changed);
        FeatureBatch none =
            FeatureBatch.builder(allocator).floats("y", new float[WINDOW]).build()) {
      assertThat(counter.add(rows, none)).isEmpty();
    }
    detectors.read(counter, WEIGHT);
    return counter;
  }

  @Test
  void rowsOfAFoundChangeAreNotComparedAgain() {
    for (int i = 0; i < 3; i++) {
      detectors.endWindow(window(0, 0).counted(), Set.of());
    }
    for (int i = 0; i < 2; i++) {
      SliceCounter nulls = window(0.6, 0);
      detectors.forget("place"); // as the test of a window that finds the change does
      detectors.endWindow(nulls.counted(), Set.of());
    }
    for (int i = 0; i < 5; i++) {
      detectors.endWindow(window(0, 0.4).counted(), Set.of());
    }
    assertThat(detectors.signals("place")).as("seed %d", SEED).isTrue();
    Profile place = Objects.requireNonNull(detectors.worthComparing("place"));
    assertThat(place.columns()).containsExactly("place");
    assertThat(place.rows()).isEqualTo(5 * WINDOW);
    assertThat(((CategoryProfile) place.column("place")).missing()).isZero();
    Profile x = Objects.requireNonNull(detectors.worthComparing("x"));
    assertThat(x.rows()).as("x changed before").isEqualTo(10 * WINDOW);
  }

  @Test
  void aDetectorStartsAnewWhenItsDriftEnds() {
    SliceCounter nulls = window(0.6, 0);
    detectors.found("place"); // before the window ended
    detectors.endWindow(nulls.counted(), Set.of());
    detectors.windowFound(Set.of("place"), Set.of("place"));
    assertThat(detectors.signals("place")).as("seed %d", SEED).isTrue();
    detectors.windowFound(Set.of(), Set.of("place"));
    assertThat(detectors.signals("place")).isTrue();
    detectors.windowFound(Set.of("place"), Set.of("place")); // again: the drift goes on
    detectors.windowFound(Set.of(), Set.of("place"));
    detectors.windowFound(Set.of(), Set.of()); // too few rows say nothing
    assertThat(detectors.signals("place")).isTrue();
    detectors.windowFound(Set.of(), Set.of("place"));
    assertThat(detectors.signals("place")).isFalse();
    assertThat(detectors.worthComparing("place")).isNull();
  }
}
