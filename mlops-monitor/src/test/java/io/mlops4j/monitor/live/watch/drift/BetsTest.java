package io.mlops4j.monitor.live.watch.drift;

import static org.assertj.core.api.Assertions.assertThat;

import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.monitor.profile.CategoryProfile;
import io.mlops4j.monitor.profile.ColumnProfile;
import io.mlops4j.monitor.profile.NumberProfile;
import io.mlops4j.monitor.profile.Profile;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.apache.arrow.memory.RootAllocator;
import org.junit.jupiter.api.Test;

class BetsTest {
  private static final int ROWS = 4_000;
  private static final long SEED = 3;

  private static Profile reference() {
    SplittableRandom random = new SplittableRandom(SEED);
    String[] names = {"a", "a", "a", "b", "b", "c", "rare"};
    float[] normal = new float[ROWS];
    int[] whole = new int[ROWS];
    String[] names1 = new String[ROWS];
    int[] flags = new int[ROWS];
    for (int i = 0; i < ROWS; i++) {
      normal[i] = i % 50 == 0 ? Float.NaN : (float) random.nextGaussian();
      whole[i] = random.nextInt(30);
      names1[i] = names[random.nextInt(i % 100 == 0 ? 7 : 6)];
      flags[i] = random.nextInt(100) == 0 ? 1 : 0;
    }
    try (RootAllocator allocator = new RootAllocator();
        FeatureBatch rows =
            FeatureBatch.builder(allocator)
                .floats("normal", normal)
                .ints("whole", whole)
                .ints("flag", flags)
                .strings("name", names1)
                .build()) {
      return Profile.of(List.of(rows));
    }
  }

  private static long[] counts(ColumnProfile column) {
    long[] counts =
        column instanceof NumberProfile numbers
            ? numbers.counts()
            : ((CategoryProfile) column).counts();
    long missing =
        column instanceof NumberProfile numbers
            ? numbers.missing()
            : ((CategoryProfile) column).missing();
    long[] all = Arrays.copyOf(counts, counts.length + 1);
    all[counts.length] = missing;
    return all;
  }

  /** The means of the factors of all bets over rows with these shares, bin by bin. */
  private static double[] means(Bets bets, double[] shares) {
    double[] means = new double[bets.size()];
    double[] logs = new double[bets.size()];
    for (int bin = 0; bin < shares.length; bin++) {
      long[] one = new long[shares.length];
      one[bin] = 1;
      long[] grouped = new long[bets.groups()];
      bets.group(one, grouped);
      bets.logFactors(Arrays.stream(grouped).asDoubleStream().toArray(), 1, logs);
      for (int bet = 0; bet < means.length; bet++) {
        means[bet] += shares[bin] * Math.exp(logs[bet]);
      }
    }
    return means;
  }

  @Test
  void noBetGainsOnAverageFromRowsLikeTheReference() {
    Profile reference = reference();
    for (String name : reference.columns()) {
      Bets bets = Objects.requireNonNull(Bets.of(reference.column(name)));
      long[] counts = counts(reference.column(name));
      double[] shares = Arrays.stream(counts).mapToDouble(count -> (double) count / ROWS).toArray();
      for (double mean : means(bets, shares)) {
        assertThat(mean).as(name).isLessThanOrEqualTo(1);
      }
    }
  }

  /** Whether some bet gains from rows of which a part moved from one bin to another. */
  private static boolean gains(Bets bets, long[] counts, int from, int to, double part) {
    double[] shares = Arrays.stream(counts).mapToDouble(count -> (double) count / ROWS).toArray();
    double moved = Math.min(shares[from], part);
    shares[from] -= moved;
    shares[to] += moved;
    return Arrays.stream(means(bets, shares)).anyMatch(mean -> mean > 1.001);
  }

  @Test
  void missingValuesUnseenValuesAndRareFlagsGainFromSmallShares() {
    Profile reference = reference();
    long[] normal = counts(reference.column("normal"));
    Bets bets = Objects.requireNonNull(Bets.of(reference.column("normal")));
    int middle = normal.length / 2;
    for (int bin = 10; bin < 110; bin++) {
      normal[bin] -= 2; // makes room for 5 % in one bin
      normal[middle] += 2;
    }
    assertThat(gains(bets, normal, middle, normal.length - 1, 0.05)).as("5 %% missing").isTrue();
    assertThat(gains(bets, normal, middle, normal.length - 2, 0.03)).as("3 %% above").isTrue();

    long[] flags = counts(reference.column("flag"));
    Bets ofFlags = Objects.requireNonNull(Bets.of(reference.column("flag")));
    int zero = IntStream.range(0, flags.length).filter(bin -> flags[bin] > ROWS / 2).sum();
    int one =
        IntStream.range(0, flags.length)
            .filter(bin -> flags[bin] > 0 && flags[bin] < ROWS / 2)
            .sum();
    assertThat(gains(ofFlags, flags, zero, one, 0.001)).as("1 to 1.1 %%").isFalse();
    assertThat(gains(ofFlags, flags, zero, one, 0.04)).as("1 to 5 %%").isTrue();

    long[] names = counts(reference.column("name"));
    Bets ofNames = Objects.requireNonNull(Bets.of(reference.column("name")));
    assertThat(gains(ofNames, names, 0, names.length - 2, 0.03)).as("3 %% unseen").isTrue();
    assertThat(gains(ofNames, names, 0, 1, 0.2)).as("a fifth goes from a to b").isTrue();
  }
}
