package io.mlops4j.monitor.quality;

import io.mlops4j.monitor.profile.CategoryProfile;
import io.mlops4j.monitor.profile.NumberProfile;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The distribution of one column of the reference. */
abstract sealed class Marginal {
  static final int VALUES = 256;

  /** A column whose shares differ by less is not looked at further; 3.2 standard errors. */
  private static final double SUSPICIOUS = 0.1;

  static @Nullable Marginal of(ColumnPlan plan) {
    if (plan.reference() instanceof NumberProfile numbers && numbers.present() > 0) {
      return new Numbers(numbers);
    }
    return plan.kind() != null
            && plan.reference() instanceof CategoryProfile categories
            && categories.present() > 0
        ? new Texts(categories)
        : null;
  }

  /** Whether some values do not look like this column. A filter: it may be wrong on either side. */
  abstract boolean isSuspicious(long[] cells, int count);

  /** Codes that both columns share. */
  abstract Coding codes(Marginal other);

  /** The shares of the reference by code. */
  abstract double[] shares(Coding codes);

  /** A column of numbers. */
  static final class Numbers extends Marginal {
    private static final double[] SHARES = {0.1, 0.3, 0.5, 0.7, 0.9};

    private final double[] edges;
    private final double[] upTo; // the share of values up to each edge
    private final double[] expected = new double[SHARES.length]; // up to each quantile
    final double[] quantiles;
    private final double[] cuts = new double[8]; // the middles of the eighths

    Numbers(NumberProfile profile) {
      this.quantiles = quantiles(profile);
      this.edges = profile.edges();
      this.upTo = new double[edges.length];
      long[] counts = profile.counts();
      long sum = 0;
      for (int i = 0; i < edges.length; i++) {
        sum += counts[i];
        upTo[i] = (double) sum / profile.present();
      }
      Arrays.setAll(expected, i -> upTo(quantiles[i]));
      Arrays.setAll(cuts, k -> profile.quantile((k + 0.5) / cuts.length));
    }

    /** The share of values that do not exceed a number, by whole bins. */
    double upTo(double value) {
      int place = Arrays.binarySearch(edges, value);
      int below = place >= 0 ? place : -place - 2;
      return below < 0 ? 0 : upTo[below];
    }

    @Override
    boolean isSuspicious(long[] cells, int count) {
      int[] below = new int[quantiles.length];
      int present = 0;
      for (int i = 0; i < count; i++) {
        double value = Double.longBitsToDouble(cells[i]);
        if (!Double.isNaN(value)) {
          present++;
          for (int k = 0; k < below.length; k++) {
            below[k] += value <= quantiles[k] ? 1 : 0;
          }
        }
      }
      for (int k = 0; k < below.length; k++) {
        double share = (double) below[k] / Math.max(1, present);
        if (Math.abs(share - expected[k]) > SUSPICIOUS) {
          return true;
        }
      }
      return false;
    }

    static double[] quantiles(NumberProfile profile) {
      return Arrays.stream(SHARES).map(profile::quantile).toArray();
    }

    /** The quantiles of sorted values, at the same shares. */
    static double[] quantiles(double[] sorted) {
      return Arrays.stream(SHARES)
          .map(share -> sorted[(int) Math.ceil(share * sorted.length) - 1])
          .toArray();
    }

    @Override
    Coding codes(Marginal other) {
      double[] both = Arrays.copyOf(cuts, 2 * cuts.length);
      System.arraycopy(((Numbers) other).cuts, 0, both, cuts.length, cuts.length);
      return new Coding(
          true, Arrays.stream(both).sorted().distinct().mapToLong(Cells::number).toArray());
    }

    @Override
    double[] shares(Coding codes) {
      double[] shares = new double[codes.size()];
      double before = 0;
      for (int i = 0; i < codes.keys().length; i++) {
        double here = upTo(Double.longBitsToDouble(codes.keys()[i]));
        shares[i] = here - before;
        before = here;
      }
      shares[codes.keys().length] = 1 - before;
      return shares;
    }
  }

  /** A column of texts. */
  static final class Texts extends Marginal {
    private static final int FREQUENT = 8;

    private final Map<Long, Double> shares = new HashMap<>();
    private final long[] frequent;

    Texts(CategoryProfile profile) {
      List<String> names = profile.names();
      long[] counts = profile.counts();
      for (int i = 0; i < names.size(); i++) {
        shares.put(Cells.hash(names.get(i)), (double) counts[i] / profile.present());
      }
      frequent = names.stream().limit(FREQUENT).mapToLong(Cells::hash).toArray();
    }

    @Override
    boolean isSuspicious(long[] cells, int count) {
      Map<Long, Integer> counts = new HashMap<>();
      int present = 0;
      int known = 0;
      for (int i = 0; i < count; i++) {
        if (!Cells.isMissing(cells[i])) {
          present++;
          known += shares.containsKey(cells[i]) ? 1 : 0;
          counts.merge(cells[i], 1, Integer::sum);
        }
      }
      for (long one : frequent) {
        double share = (double) counts.getOrDefault(one, 0) / Math.max(1, present);
        if (Math.abs(share - shares.getOrDefault(one, 0.0)) > SUSPICIOUS) {
          return true;
        }
      }
      return known < (1 - 2 * SUSPICIOUS) * present;
    }

    @Override
    Coding codes(Marginal other) {
      Map<Long, Double> all = new HashMap<>(shares);
      ((Texts) other).shares.forEach((hash, share) -> all.merge(hash, share, Math::max));
      return new Coding(false, all.keySet().stream().mapToLong(Long::longValue).sorted().toArray());
    }

    @Override
    double[] shares(Coding codes) {
      double[] found = new double[codes.size()];
      double rest = 1;
      for (int i = 0; i < codes.keys().length; i++) {
        found[i] = shares.getOrDefault(codes.keys()[i], 0.0);
        rest -= found[i];
      }
      found[codes.keys().length] = Math.max(0, rest);
      return found;
    }
  }
}
