package io.mlops4j.monitor.drift;

import io.mlops4j.monitor.internal.BackgroundThread;
import io.mlops4j.monitor.stats.PValueAdjustment;
import io.mlops4j.rollout.Evidence;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** Compares pairs of columns by a policy and judges all of them together. */
final class DriftJudge {
  private static final String MISSING = "missing: ";

  /** Secondary comparisons are judged at this part of the level. */
  private static final double SECONDARY = 10;

  private final DriftPolicy policy;

  DriftJudge(DriftPolicy policy) {
    this.policy = policy;
  }

  /** The comparisons of one pair before they are judged. */
  private record Compared(
      ColumnPair pair,
      ComparisonMethod method,
      Comparison main,
      List<Comparison> missing,
      List<SecondaryComparison> secondary) {
    static Compared of(ColumnPair pair, DriftPolicy policy) {
      BackgroundThread.giveWay();
      PolicyComparison by = new PolicyComparison(pair, policy);
      return new Compared(pair, by.method(), by.main(), by.missing(), by.secondary());
    }

    Stream<Comparison.Measured> measured() {
      return Stream.concat(Stream.of(main), missing.stream())
          .filter(Comparison.Measured.class::isInstance)
          .map(Comparison.Measured.class::cast);
    }
  }

  /** One judgement with the prefix of its names, its text and the values behind it. */
  private record Found(
      String prefix,
      Judgement judgement,
      Supplier<String> text,
      Supplier<List<Movement>> movements) {
    String measure() {
      return prefix + measured().effect();
    }

    Comparison.Measured measured() {
      return judgement.measured();
    }
  }

  /** Returns the comparison of each pair, in the order of the pairs. */
  List<FeatureDrift> judge(List<ColumnPair> pairs) {
    List<Compared> compared = pairs.stream().map(pair -> Compared.of(pair, policy)).toList();
    Iterator<Judgement> judgements =
        judgeMeasured(compared.stream().flatMap(Compared::measured).toList()).iterator();
    Iterator<Judgement> secondary =
        judgeSecondary(
                compared.stream()
                    .flatMap(one -> one.secondary().stream().map(SecondaryComparison::measured))
                    .toList())
            .iterator();
    return compared.stream().map(one -> drift(one, found(one, judgements, secondary))).toList();
  }

  /**
   * Judges the measured features of one comparison together; features with too few rows are left
   * out.
   *
   * @return one judgement per feature, in the same order
   */
  List<Judgement> judgeMeasured(List<Comparison.Measured> features) {
    return judge(features, policy.falseDiscoveryRate(), 1);
  }

  /**
   * Judges secondary comparisons of all features together, at a tenth of the level: the changes
   * that these tests are for make their p-values tiny.
   *
   * @return one judgement each, in the same order; the adjusted p-values are ten times those of
   *     Benjamini and Hochberg, so they compare with the policy's level
   */
  List<Judgement> judgeSecondary(List<Comparison.Measured> measured) {
    return judge(measured, policy.falseDiscoveryRate() / SECONDARY, SECONDARY);
  }

  private static List<Judgement> judge(
      List<Comparison.Measured> measured, double level, double factor) {
    double[] adjusted =
        PValueAdjustment.BENJAMINI_HOCHBERG.adjust(
            measured.stream().mapToDouble(Comparison.Measured::pValue).toArray());
    List<Judgement> judgements = new ArrayList<>();
    for (int i = 0; i < adjusted.length; i++) {
      Comparison.Measured one = measured.get(i);
      judgements.add(
          new Judgement(
              one, Math.min(1, factor * adjusted[i]), one.matters() && adjusted[i] <= level));
    }
    return judgements;
  }

  /** The main comparison, the missing values, and the secondary comparisons that drifted. */
  private static List<Found> found(
      Compared one, Iterator<Judgement> judgements, Iterator<Judgement> secondary) {
    ColumnPair pair = one.pair();
    List<Found> found = new ArrayList<>();
    one.measured()
        .forEach(
            measured ->
                found.add(
                    measured == one.main()
                        ? new Found(
                            "",
                            judgements.next(),
                            () -> pair.describe(measured),
                            () -> pair.movements(measured.effect()))
                        : new Found(
                            MISSING,
                            judgements.next(),
                            () -> pair.describeMissing(measured),
                            pair::missingMovements)));
    for (SecondaryComparison other : one.secondary()) {
      Judgement judgement = secondary.next();
      if (judgement.drifted()) {
        found.add(new Found(other.name() + ": ", judgement, other.text(), other.movements()));
      }
    }
    return found;
  }

  /** Sorts drifted columns first, then by the size of the effect. */
  static List<FeatureDrift> sorted(List<FeatureDrift> features) {
    return features.stream()
        .sorted(
            Comparator.comparing(FeatureDrift::drifted)
                .thenComparingDouble(FeatureDrift::urgency)
                .reversed()
                .thenComparing(FeatureDrift::name))
        .toList();
  }

  private FeatureDrift drift(Compared compared, List<Found> found) {
    Optional<Found> drifted = found.stream().filter(one -> one.judgement().drifted()).findFirst();
    Optional<Found> main = found.stream().filter(one -> one.prefix().isEmpty()).findFirst();
    return new FeatureDrift(
        compared.pair().reference(),
        compared.pair().current(),
        policy.keyFeatures().contains(compared.pair().reference().name()),
        compared.method(),
        drifted.map(DriftJudge::drifted).orElseGet(() -> undrifted(compared.main(), found)),
        LazyList.of(() -> evidence(compared, found)),
        drifted.or(() -> main).map(one -> LazyList.of(one.movements())).orElse(List.of()));
  }

  private List<Evidence> evidence(Compared compared, List<Found> found) {
    List<Evidence> evidence = new ArrayList<>();
    found.forEach(one -> evidence.addAll(evidence(one)));
    if (compared.main() instanceof Comparison.TooFewRows few) {
      double smaller = Math.min(few.referenceRows(), few.currentRows());
      evidence.add(new Evidence("rows", smaller, few.neededRows(), EvidenceText.tooFew(few)));
    }
    if (evidence.stream().noneMatch(one -> one.name().equals("psi"))) {
      evidence.addAll(compared.pair().stabilityIndex());
    }
    return evidence;
  }

  private List<Evidence> evidence(Found found) {
    double adjusted = found.judgement().adjustedPValue();
    Comparison.Measured measured = found.measured();
    return List.of(
        new Evidence(found.measure(), measured.size(), measured.bound(), found.text().get()),
        new Evidence(
            found.prefix() + measured.test(),
            adjusted,
            policy.falseDiscoveryRate(),
            EvidenceText.test(measured, adjusted, policy.falseDiscoveryRate())));
  }

  private static DriftVerdict drifted(Found found) {
    Comparison.Measured measured = found.measured();
    return new DriftVerdict.Drifted(
        found.measure(), measured.size(), measured.bound(), found.judgement().adjustedPValue());
  }

  private static DriftVerdict undrifted(Comparison main, List<Found> found) {
    if (main instanceof Comparison.TooFewRows few) {
      long smaller = Math.min(few.referenceRows(), few.currentRows());
      return new DriftVerdict.InsufficientData(Math.max(1, few.neededRows() - smaller));
    }
    Comparison.Measured measured = found.get(0).measured();
    return new DriftVerdict.Stable(
        measured.effect(),
        measured.size(),
        measured.bound(),
        found.get(0).judgement().adjustedPValue());
  }
}
