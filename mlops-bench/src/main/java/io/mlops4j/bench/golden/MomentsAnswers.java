package io.mlops4j.bench.golden;

import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.monitor.profile.NumberProfile;
import io.mlops4j.monitor.profile.Profile;
import java.util.List;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;

/** What a profile says of the values of a column. */
final class MomentsAnswers {
  private MomentsAnswers() {}

  static void add(Answers answers, String prefix, double[] values) {
    answers
        .value(prefix + "n", () -> profile(values).present())
        .value(prefix + "mean", () -> profile(values).mean())
        .value(prefix + "var_ddof1", () -> sampleVariance(profile(values)))
        .value(prefix + "min", () -> profile(values).min())
        .value(prefix + "max", () -> profile(values).max());
  }

  private static double sampleVariance(NumberProfile profile) {
    return profile.variance() * profile.present() / (profile.present() - 1);
  }

  private static NumberProfile profile(double[] values) {
    try (BufferAllocator allocator = new RootAllocator();
        FeatureBatch batch = FeatureBatch.builder(allocator).doubles("x", values).build()) {
      return (NumberProfile) Profile.of(List.of(batch)).column("x");
    }
  }
}
