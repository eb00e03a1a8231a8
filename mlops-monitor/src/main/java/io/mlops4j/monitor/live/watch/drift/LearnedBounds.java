package io.mlops4j.monitor.live.watch.drift;

import io.mlops4j.monitor.distribution.LeaveOneOut;
import io.mlops4j.monitor.drift.DriftPolicy;
import io.mlops4j.monitor.drift.DriftReport;
import io.mlops4j.monitor.drift.DriftVerdict;
import io.mlops4j.monitor.drift.FeatureDrift;
import io.mlops4j.monitor.live.state.StateReader;
import io.mlops4j.monitor.live.state.StateWriter;
import io.mlops4j.monitor.live.watch.WatchSettings;
import io.mlops4j.monitor.live.watch.WideBounds;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The policy of a monitor. While the reference is too short to know how its days differ, its bounds
 * are wide; the first {@value #WINDOWS} healthy windows narrow them to the {@linkplain
 * LeaveOneOut#limit upper prediction limit} of what they showed. Bounds never get wider than those
 * of the reference, because a window above them was not healthy.
 *
 * <p>A window is healthy if no incident was open at its end, nor at the ends of the next {@value
 * #DOUBTFUL}: small drift opens an incident in its second window. Windows of two versions at the
 * same time are one. Used by the monitor's thread only.
 */
final class LearnedBounds {
  /** Two weeks of days have each weekday twice. */
  static final int WINDOWS = 14;

  private static final int DOUBTFUL = 2;

  /**
   * A window that may be healthy.
   *
   * @param effects the largest of each column, in units of the bound of the policy alone
   */
  private record Seen(Instant to, Map<String, Double> effects) {}

  private final @Nullable WideBounds wide;
  private final Deque<Seen> doubtful = new ArrayDeque<>();
  private final Map<String, List<Double>> healthy = new TreeMap<>();
  private @Nullable Seen newest; // until incidents are known
  private Instant learnedUntil = Instant.MIN;
  private DriftPolicy policy;

  LearnedBounds(WatchSettings settings) {
    this.wide = settings.wide();
    this.policy = settings.policy();
  }

  DriftPolicy policy() {
    return policy;
  }

  /** Returns the number of healthy windows; 0 if the reference knows how its days differ. */
  int windows() {
    return healthy.values().stream().mapToInt(List::size).max().orElse(0);
  }

  /**
   * Takes a window into account whose columns were all there.
   *
   * @param report by {@link #policy}
   * @param compare compares it by another policy: a column may be judged by another measure
   */
  void ended(
      DriftReport report, Instant from, Instant to, Function<DriftPolicy, DriftReport> compare) {
    if (wide == null || windows() >= WINDOWS || from.isBefore(learnedUntil)) {
      return;
    }
    Map<String, Double> factors = wide.factors();
    Map<String, Double> effects = new HashMap<>();
    compare.apply(wide.policy().apply(Map.of())).features().forEach(one -> add(one, 1, effects));
    report.features().forEach(one -> add(one, factors.getOrDefault(one.name(), 1.0), effects));
    newest = new Seen(to, effects);
  }

  private static void add(FeatureDrift feature, double factor, Map<String, Double> effects) {
    if (feature.verdict() instanceof DriftVerdict.Judged judged) {
      effects.merge(feature.name(), factor * judged.relativeEffect(), Math::max);
    }
  }

  /** Learns from the last windows, or forgets them. */
  void judged(BooleanSupplier incidentIsOpen) {
    Seen ended = newest;
    newest = null;
    if (ended == null && doubtful.isEmpty()) {
      return;
    }
    if (incidentIsOpen.getAsBoolean()) {
      doubtful.clear();
    } else if (ended != null) {
      learnedUntil = ended.to();
      doubtful.add(ended);
      if (doubtful.size() > DOUBTFUL) {
        doubtful
            .remove()
            .effects()
            .forEach(
                (name, effect) ->
                    healthy.computeIfAbsent(name, absent -> new ArrayList<>()).add(effect));
        narrow();
      }
    }
  }

  private void narrow() {
    if (wide == null) {
      return;
    }
    Map<String, Double> factors = new HashMap<>(wide.factors());
    healthy.forEach(
        (name, effects) -> {
          if (effects.size() >= WINDOWS) {
            factors.computeIfPresent(
                name, (its, now) -> Math.min(now, Math.max(1, LeaveOneOut.limit(effects))));
          }
        });
    policy = wide.policy().apply(factors);
  }

  /** Begins again, with other rows as the reference. */
  void clear() {
    doubtful.clear();
    healthy.clear();
    newest = null;
    learnedUntil = Instant.MIN;
    narrow();
  }

  void write(StateWriter out) {
    out.put(learnedUntil);
    out.each(doubtful, (to, one) -> writeEffects(one.effects(), to.put(one.to())));
    out.each(
        healthy.entrySet(),
        (to, one) -> to.put(one.getKey()).each(one.getValue(), StateWriter::put));
  }

  private static void writeEffects(Map<String, Double> effects, StateWriter out) {
    out.each(
        new TreeMap<>(effects).entrySet(), (to, one) -> to.put(one.getKey()).put(one.getValue()));
  }

  void read(StateReader in) {
    clear();
    learnedUntil = in.time();
    doubtful.addAll(
        in.each(
            one -> {
              Instant to = one.time();
              Map<String, Double> effects = new HashMap<>();
              one.forEach(its -> effects.put(its.text(), its.number()));
              return new Seen(to, effects);
            }));
    in.forEach(one -> healthy.put(one.text(), new ArrayList<>(one.each(StateReader::number))));
    narrow();
  }
}
