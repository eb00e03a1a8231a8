package io.mlops4j.monitor.report;

import io.mlops4j.monitor.drift.Comparison;
import io.mlops4j.monitor.drift.DriftPolicy;
import io.mlops4j.monitor.drift.Judgement;
import io.mlops4j.rollout.Evidence;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** Compares each pair of columns, then judges all of them together. */
final class Judge {
  private static final String MISSING = "missing: ";

  private final DriftPolicy policy;

  Judge(DriftPolicy policy) {
    this.policy = policy;
  }

  /** What one pair gave before it was judged. */
  private record Compared(
      ColumnPair pair, Comparison main, List<Comparison> missing, List<Beside> beside) {
    static Compared of(ColumnPair pair, DriftPolicy policy) {
      return new Compared(
          pair, pair.compare(policy), pair.compareMissing(policy), pair.besides(policy));
    }

    Stream<Comparison.Measured> measured() {
      return Stream.concat(Stream.of(main), missing.stream())
          .filter(Comparison.Measured.class::isInstance)
          .map(Comparison.Measured.class::cast);
    }
  }

  /** One judgement, with what it is called and what it means. */
  private record Found(
      String prefix, Judgement judgement, String text, Supplier<List<Movement>> movements) {
    String measure() {
      return prefix + judgement.measured().effect();
    }
  }

  /** In the order of the pairs. */
  List<FeatureDrift> judge(List<ColumnPair> pairs) {
    List<Compared> compared = pairs.stream().map(pair -> Compared.of(pair, policy)).toList();
    Iterator<Judgement> judgements =
        policy.judge(compared.stream().flatMap(Compared::measured).toList()).iterator();
    Iterator<Judgement> beside =
        policy
            .judgeBeside(
                compared.stream()
                    .flatMap(one -> one.beside().stream().map(Beside::measured))
                    .toList())
            .iterator();
    return compared.stream().map(one -> drift(one, found(one, judgements, beside))).toList();
  }

  /** The main comparison, the missing values, and of the rest what drifted. */
  private static List<Found> found(
      Compared one, Iterator<Judgement> judgements, Iterator<Judgement> beside) {
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
                            pair.describe(measured),
                            () -> pair.movements(measured.effect()))
                        : new Found(
                            MISSING,
                            judgements.next(),
                            pair.describeMissing(measured),
                            pair::missingMovements)));
    for (Beside other : one.beside()) {
      Judgement judgement = beside.next();
      if (judgement.drifted()) {
        found.add(new Found(other.name() + ": ", judgement, other.text(), other::movements));
      }
    }
    return found;
  }

  /** Drifted ones first, then by the size of the effect. */
  static List<FeatureDrift> sorted(List<FeatureDrift> features) {
    return features.stream()
        .sorted(
            Comparator.comparing(FeatureDrift::drifted)
                .thenComparing(FeatureDrift::urgency)
                .reversed()
                .thenComparing(FeatureDrift::name))
        .toList();
  }

  private FeatureDrift drift(Compared compared, List<Found> found) {
    List<Evidence> evidence = new ArrayList<>();
    found.forEach(one -> evidence.addAll(evidence(one)));
    if (compared.main() instanceof Comparison.TooFewRows few) {
      double smaller = Math.min(few.referenceRows(), few.currentRows());
      evidence.add(new Evidence("rows", smaller, few.neededRows(), Wording.tooFew(few)));
    }
    if (evidence.stream().noneMatch(one -> one.name().equals("psi"))) {
      evidence.addAll(compared.pair().stabilityIndex());
    }
    Optional<Found> drifted = found.stream().filter(one -> one.judgement().drifted()).findFirst();
    String name = compared.pair().reference().name();
    return new FeatureDrift(
        compared.pair(),
        policy.keyFeatures().contains(name),
        compared.pair().selection(policy),
        drifted.map(Judge::drifted).orElseGet(() -> undrifted(compared.main(), found)),
        evidence,
        drifted.or(() -> mainOf(found)).map(one -> one.movements().get()).orElse(List.of()));
  }

  private static Optional<Found> mainOf(List<Found> found) {
    return found.stream().filter(one -> one.prefix().isEmpty()).findFirst();
  }

  private List<Evidence> evidence(Found found) {
    Judgement judgement = found.judgement();
    Comparison.Measured measured = judgement.measured();
    return List.of(
        new Evidence(found.measure(), measured.size(), measured.bound(), found.text()),
        new Evidence(
            found.prefix() + measured.test(),
            judgement.adjustedPValue(),
            policy.falseDiscoveryRate(),
            Wording.test(measured, judgement.adjustedPValue(), policy.falseDiscoveryRate())));
  }

  private static DriftVerdict drifted(Found found) {
    Comparison.Measured measured = found.judgement().measured();
    return new DriftVerdict.Drifted(
        found.measure(), measured.size(), measured.bound(), found.judgement().adjustedPValue());
  }

  private static DriftVerdict undrifted(Comparison main, List<Found> found) {
    if (main instanceof Comparison.TooFewRows few) {
      long smaller = Math.min(few.referenceRows(), few.currentRows());
      return new DriftVerdict.InsufficientData(Math.max(1, few.neededRows() - smaller));
    }
    Judgement judgement = found.get(0).judgement();
    Comparison.Measured measured = judgement.measured();
    return new DriftVerdict.Stable(
        measured.effect(), measured.size(), measured.bound(), judgement.adjustedPValue());
  }
}
