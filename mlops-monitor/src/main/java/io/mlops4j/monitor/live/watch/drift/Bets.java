package io.mlops4j.monitor.live.watch.drift;

import io.mlops4j.monitor.profile.CategoryProfile;
import io.mlops4j.monitor.profile.ColumnProfile;
import io.mlops4j.monitor.profile.NumberProfile;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Bets that the rows of a column differ from its reference. A bet multiplies its capital by a
 * factor for each row. The factor depends on the group of the row's bin only, and its expectation
 * is at most 1 while the column differs by no more than a tolerance. So a block of rows changes the
 * capital by {@code exp(sum of counts times log factors)}, whatever the order of its rows.
 *
 * <p><b>Groups.</b> Numbers: tenths and finer parts of the reference, rows below and above its
 * range, values between the values of an exact reference, missing values. Categories: the most
 * frequent values, all others, unseen ones, missing ones.
 *
 * <p><b>Bets on numbers.</b> Let g be the rank of a row in the reference, from -1 to 1 (mid-ranks),
 * with the mean 0 in the reference. The factors {@code 1 + l (g - t)} and {@code 1 + l (-g - t)}
 * bet on larger and smaller numbers. The same with {@code |g|} less its mean bets on more and less
 * spread. Each comes with three sizes l, the best ones for differences of 2, 5 and 10 tolerances t.
 *
 * <p><b>Bets on shares.</b> A group with the share p has at most the share {@code u = p + t} while
 * nothing changes. A bet on a larger share v has the factor {@code v / u} in the group and {@code
 * (1 - v) / (1 - u)} outside: at most 1 on average for every share up to u. Bets on smaller shares
 * mirror this.
 *
 * <p><b>Tolerance.</b> Half of the default effect bound of {@link
 * io.mlops4j.monitor.drift.DriftPolicy}, or three standard errors of the reference if that is more
 * (for shares, both together). A finite reference differs from the rows that follow by its sampling
 * error, and a test without tolerance would detect that error in a long stream. Immutable.
 */
final class Bets {
  /** Half of a Wasserstein distance of 0.1 deviations, in mean ranks of normal rows. */
  private static final double SHIFT = 0.5 * 0.1 * 0.5642;

  /** Half of the same distance by spread. */
  private static final double SPREAD = 0.5 * 0.1 / 0.7979 * 0.3183;

  private static final double[] SIZES = {2, 5, 10};
  private static final double[] ODDS = {2.5, 8};
  private static final double LARGEST = 0.9;
  private static final double ERRORS = 3;
  private static final int RANKS = 16;
  private static final int NAMED = 24;
  private static final int FEW = 5;

  /** A bet on the share of a group: the logarithms of the factors inside and outside of it. */
  private record ShareBet(int group, double inside, double outside) {}

  private final byte[] group;
  private final int groups;
  private final double[][] means; // log factors by group
  private final ShareBet[] shares;

  private Bets(int[] group, int groups, List<double[]> means, List<ShareBet> shares) {
    this.group = new byte[group.length];
    this.groups = groups;
    this.means = means.toArray(double[][]::new);
    this.shares = shares.toArray(ShareBet[]::new);
    for (int bin = 0; bin < group.length; bin++) {
      this.group[bin] = (byte) group[bin];
    }
  }

  /** Returns the bets for a column; null if it has no bins, or no rows in the reference. */
  static @Nullable Bets of(ColumnProfile reference) {
    if (reference instanceof NumberProfile numbers && numbers.present() > 0) {
      long[] counts = append(numbers.counts(), numbers.missing());
      long used = Arrays.stream(numbers.counts()).filter(count -> count > 0).count();
      return numbers.exact() && used <= FEW
          ? shares(counts, values(counts))
          : ranks(counts, rankGroups(counts));
    }
    if (reference instanceof CategoryProfile categories && categories.present() > 0) {
      long[] counts = append(categories.counts(), categories.missing());
      return shares(counts, values(counts));
    }
    return null;
  }

  private static long[] append(long[] counts, long missing) {
    long[] longer = Arrays.copyOf(counts, counts.length + 1);
    longer[counts.length] = missing;
    return longer;
  }

  /** A group for each frequent value; then one for other values, unseen ones, and missing ones. */
  private static int[] values(long[] counts) {
    long[] sorted = Arrays.stream(counts, 0, counts.length - 1).sorted().toArray();
    long least = sorted[Math.max(0, sorted.length - NAMED)];
    int[] group = new int[counts.length];
    int named = 0;
    for (int bin = 0; bin < counts.length - 1; bin++) {
      boolean own = counts[bin] > 0 && counts[bin] >= least && named < NAMED;
      group[bin] = own ? named++ : counts[bin] > 0 ? NAMED : NAMED + 1;
    }
    group[counts.length - 1] = NAMED + 2;
    return group;
  }

  /** Groups of equal rank; then those below, above, and between the reference, and missing ones. */
  private static int[] rankGroups(long[] counts) {
    int last = counts.length - 2;
    double present = Arrays.stream(counts, 0, counts.length - 1).sum();
    int[] group = new int[counts.length];
    double below = 0;
    for (int bin = 0; bin <= last; bin++) {
      double middle = (below + counts[bin] / 2.0) / present;
      below += counts[bin];
      int outside = bin == 0 ? RANKS : bin == last ? RANKS + 1 : RANKS + 2;
      group[bin] = counts[bin] == 0 ? outside : Math.min(RANKS - 1, (int) (RANKS * middle));
    }
    group[counts.length - 1] = RANKS + 3;
    return group;
  }

  private static double[] sums(long[] counts, int[] group) {
    double[] sums = new double[Arrays.stream(group).max().orElse(0) + 1];
    for (int bin = 0; bin < counts.length; bin++) {
      sums[group[bin]] += counts[bin];
    }
    return sums;
  }

  private static Bets shares(long[] counts, int[] group) {
    double[] rows = sums(counts, group);
    return new Bets(group, rows.length, List.of(), shareBets(rows));
  }

  private static Bets ranks(long[] counts, int[] group) {
    double[] rows = sums(counts, group);
    int missing = rows.length - 1;
    double present = Arrays.stream(rows).sum() - rows[missing];
    double[] rank = new double[rows.length];
    double below = 0;
    for (int its = 0; its < RANKS; its++) {
      rank[its] = 2 * (below + rows[its] / 2) / present - 1;
      below += rows[its];
    }
    rank[RANKS] = -1;
    rank[RANKS + 1] = 1;
    double mean = 0;
    for (int its = 0; its < RANKS; its++) {
      mean += rows[its] / present * Math.abs(rank[its]);
    }
    double centre = mean;
    double[] spread = Arrays.stream(rank).map(one -> Math.abs(one) - centre).toArray();
    spread[RANKS + 2] = 0;
    List<double[]> means = new ArrayList<>();
    addMeans(means, rows, rank, SHIFT);
    addMeans(means, rows, spread, SPREAD);
    return new Bets(group, rows.length, means, shareBets(rows));
  }

  /** Bets on a larger and on a smaller mean of scores; the last group is missing values. */
  private static void addMeans(List<double[]> bets, double[] rows, double[] scores, double least) {
    int missing = rows.length - 1;
    double present = Arrays.stream(rows).sum() - rows[missing];
    double variance = 0;
    for (int its = 0; its < missing; its++) {
      variance += rows[its] / present * scores[its] * scores[its];
    }
    if (variance == 0) {
      return;
    }
    double tolerance = Math.max(least, ERRORS * Math.sqrt(variance / present));
    for (int sign = -1; sign <= 1; sign += 2) {
      for (double size : SIZES) {
        double stake = Math.min(LARGEST / (1 + tolerance), (size - 1) * tolerance / variance);
        double[] logs = new double[rows.length];
        for (int its = 0; its < missing; its++) {
          logs[its] = Math.log1p(stake * (sign * scores[its] - tolerance));
        }
        bets.add(logs);
      }
    }
  }

  /** Bets on a larger and on a smaller share of each group. */
  private static List<ShareBet> shareBets(double[] rows) {
    List<ShareBet> bets = new ArrayList<>();
    double all = Arrays.stream(rows).sum();
    for (int its = 0; its < rows.length; its++) {
      double share = (rows[its] + 0.5) / (all + 1);
      double rarest = Math.min(share, 1 - share);
      double tolerance =
          Math.max(0.005, 0.05 * Math.min(1, Math.sqrt(rarest / 0.1)))
              + ERRORS * Math.sqrt(share * (1 - share) / all);
      for (double odds : ODDS) {
        if (share + tolerance < LARGEST) {
          bets.add(shareBet(its, share + tolerance, odds));
        }
        if (share - tolerance > 1 - LARGEST) {
          bets.add(shareBet(its, share - tolerance, 1 / odds));
        }
      }
    }
    return bets;
  }

  private static ShareBet shareBet(int its, double u, double odds) {
    double v = u * odds / (1 - u + u * odds);
    return new ShareBet(its, Math.log(v / u), Math.log((1 - v) / (1 - u)));
  }

  int size() {
    return means.length + shares.length;
  }

  int groups() {
    return groups;
  }

  /** Adds up the counts of the bins by group. */
  void group(long[] counts, long[] sums) {
    Arrays.fill(sums, 0);
    for (int bin = 0; bin < group.length; bin++) {
      sums[group[bin]] += counts[bin];
    }
  }

  /**
   * The logarithms of the factors by which rows change the capital of each bet.
   *
   * @param grouped the rows by group
   * @param all their sum
   */
  void logFactors(double[] grouped, double all, double[] into) {
    for (int bet = 0; bet < means.length; bet++) {
      double[] logs = means[bet];
      double sum = 0;
      for (int its = 0; its < logs.length; its++) {
        sum += logs[its] * grouped[its];
      }
      into[bet] = sum;
    }
    for (int bet = 0; bet < shares.length; bet++) {
      ShareBet share = shares[bet];
      double inside = grouped[share.group()];
      into[means.length + bet] = share.inside() * inside + share.outside() * (all - inside);
    }
  }
}
