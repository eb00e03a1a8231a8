package io.mlops4j.monitor.drift;

import static org.assertj.core.api.Assertions.assertThat;

import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.model.Digest;
import io.mlops4j.monitor.profile.Profile;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Comparisons read the arrays of profiles without copying them, so they must not change them. */
class UnchangedProfilesTest {
  private static final int ROWS = 2_000;

  private final BufferAllocator allocator = new RootAllocator();

  @AfterEach
  void everythingIsGivenBack() {
    allocator.close();
  }

  /** Many values, few, two; values beyond the range on either side and both; infinite ones. */
  private Profile profile(@Nullable Profile like, int shift) {
    FeatureBatch.Builder columns = FeatureBatch.builder(allocator);
    add(columns, "many", row -> row * 0.37 + shift);
    add(columns, "below", row -> row % 997 - shift * 10);
    add(columns, "both", row -> (row % 1501 - 750) * (1 + shift));
    add(columns, "infinite", row -> row % 50 == 0 ? shift / 0.0 : row * 0.5);
    add(columns, "few", row -> row < 2 ? 100 : row % (3 + shift)); // one is rare, and pooled
    add(columns, "two", row -> row % (7 + shift) == 0 ? 1 : 0);
    try (FeatureBatch batch = columns.build()) {
      return like == null ? Profile.of(List.of(batch)) : like.profile(List.of(batch));
    }
  }

  private static void add(FeatureBatch.Builder to, String name, IntToDoubleFunction value) {
    to.doubles(name, IntStream.range(0, ROWS).mapToDouble(value).toArray());
  }

  @Test
  void noComparisonChangesAProfile() {
    Profile reference = profile(null, 0);
    Profile current = profile(reference, 3);
    Digest before = reference.digest();
    Digest after = current.digest();
    List<FeaturePolicy> policies = new ArrayList<>(List.of(FeaturePolicy.withDefaults()));
    for (EffectMeasure measure : EffectMeasure.values()) {
      for (SignificanceTest test : SignificanceTest.values()) {
        policies.add(FeaturePolicy.withDefaults().with(measure).with(test));
      }
    }
    for (FeaturePolicy policy : policies) {
      DriftPolicy all = DriftPolicy.withDefaults();
      for (String name : reference.columns()) {
        all = all.withFeature(name, policy);
      }
      DriftReport report = DriftReport.compare(reference, current, all);
      assertThat(report.features()).as("%s", policy).hasSize(6);
      for (FeatureDrift one : report.features()) {
        assertThat(one.evidence())
            .as(one.name())
            .isNotEmpty()
            .allSatisfy(text -> assertThat(text.toString()).isNotEmpty());
        assertThat(one.movements())
            .as(one.name())
            .isNotNull()
            .allSatisfy(text -> assertThat(text.toString()).isNotEmpty());
      }
      assertThat(reference.digest()).as("%s", policy).isEqualTo(before);
      assertThat(current.digest()).as("%s", policy).isEqualTo(after);
    }
  }
}
