package io.mlops4j.monitor.report;

import io.mlops4j.monitor.drift.Comparison;
import io.mlops4j.monitor.drift.DriftPolicy;
import io.mlops4j.monitor.drift.Judgement;
import io.mlops4j.rollout.Evidence;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.stream.Stream;

/** Compares each pair of columns, then judges all of them together. */
final class Judge {
  private static final String MISSING = "missing: ";

  private final DriftPolicy policy;

  Judge(DriftPolicy policy) {
    this.policy = policy;
  }

  /** What one pair gave before it was judged. */
  private record Compared(ColumnPair pair, Comparison main, List<Comparison> missing) {
    Stream<Comparison.Measured> measured() {
      return Stream.concat(Stream.of(main), missing.stream())
          .filter(Comparison.Measured.class::isInstance)
          .map(Comparison.Measured.class::cast);
    }
  }

  /** In the order of the pairs. */
  List<FeatureDrift> judge(List<ColumnPair> pairs) {
    List<Compared> compared =
        pairs.stream()
            .map(pair -> new Compared(pair, pair.compare(policy), pair.compareMissing(policy)))
            .toList();
    Iterator<Judgement> judgements =
        policy.judge(compared.stream().flatMap(Compared::measured).toList()).iterator();
    return compared.stream()
        .map(one -> drift(one, one.measured().map(measured -> judgements.next()).toList()))
        .toList();
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

  private FeatureDrift drift(Compared compared, List<Judgement> judgements) {
    List<Evidence> evidence = new ArrayList<>();
    for (Judgement judgement : judgements) {
      evidence.addAll(evidence(compared, judgement));
    }
    if (compared.main() instanceof Comparison.TooFewRows few) {
      double smaller = Math.min(few.referenceRows(), few.currentRows());
      evidence.add(new Evidence("rows", smaller, few.neededRows(), Wording.tooFew(few)));
    }
    if (evidence.stream().noneMatch(one -> one.name().equals("psi"))) {
      evidence.addAll(compared.pair().stabilityIndex());
    }
    DriftVerdict verdict = verdict(compared, judgements);
    String name = compared.pair().reference().name();
    return new FeatureDrift(
        compared.pair(),
        policy.keyFeatures().contains(name),
        compared.pair().selection(policy),
        verdict,
        evidence,
        movements(compared, verdict));
  }

  /** What made the effect that the verdict names. */
  private static List<Movement> movements(Compared compared, DriftVerdict verdict) {
    if (verdict instanceof DriftVerdict.Drifted drifted && drifted.measure().startsWith(MISSING)) {
      return compared.pair().missingMovements();
    }
    return !(verdict instanceof DriftVerdict.InsufficientData)
            && compared.main() instanceof Comparison.Measured measured
        ? compared.pair().movements(measured.effect())
        : List.of();
  }

  private List<Evidence> evidence(Compared compared, Judgement judgement) {
    Comparison.Measured measured = judgement.measured();
    boolean main = measured == compared.main();
    return List.of(
        new Evidence(
            main ? measured.effect() : MISSING + measured.effect(),
            measured.size(),
            measured.bound(),
            main ? compared.pair().describe(measured) : compared.pair().describeMissing(measured)),
        new Evidence(
            main ? measured.test() : MISSING + measured.test(),
            judgement.adjustedPValue(),
            policy.falseDiscoveryRate(),
            Wording.test(measured, judgement.adjustedPValue(), policy.falseDiscoveryRate())));
  }

  private static DriftVerdict verdict(Compared compared, List<Judgement> judgements) {
    List<Judgement> drifted = judgements.stream().filter(Judgement::drifted).toList();
    if (!drifted.isEmpty()) {
      return drifted(compared, drifted.get(0));
    }
    return compared.main() instanceof Comparison.TooFewRows few
        ? new DriftVerdict.InsufficientData(
            few.neededRows() - Math.min(few.referenceRows(), few.currentRows()))
        : stable(judgements.get(0));
  }

  private static DriftVerdict drifted(Compared compared, Judgement judgement) {
    Comparison.Measured measured = judgement.measured();
    return new DriftVerdict.Drifted(
        measured == compared.main() ? measured.effect() : MISSING + measured.effect(),
        measured.size(),
        measured.bound(),
        judgement.adjustedPValue());
  }

  private static DriftVerdict stable(Judgement judgement) {
    Comparison.Measured measured = judgement.measured();
    return new DriftVerdict.Stable(
        measured.effect(), measured.size(), measured.bound(), judgement.adjustedPValue());
  }
}
