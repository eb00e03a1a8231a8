package io.mlops4j.monitor.live.watch.drift;

import io.mlops4j.inference.ServedBy;
import io.mlops4j.monitor.drift.DriftReport;
import io.mlops4j.monitor.drift.DriftVerdict;
import io.mlops4j.monitor.drift.FeatureDrift;
import io.mlops4j.monitor.internal.Figures;
import io.mlops4j.monitor.live.finding.Finding;
import io.mlops4j.monitor.live.finding.Judged;
import io.mlops4j.monitor.live.rows.ComparedRows;
import io.mlops4j.monitor.live.state.StateReader;
import io.mlops4j.monitor.live.state.StateWriter;
import io.mlops4j.monitor.live.watch.WatchSettings;
import io.mlops4j.monitor.profile.Profile;
import io.mlops4j.rollout.Evidence;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Detects drift row by row, in addition to the comparison of whole windows: large drift before its
 * window ends, and drift that is too small, or windows that are too short, for the test of one
 * window.
 *
 * <p>A detector's signal alone is no finding, because rows of one hour differ from those of a day
 * although nothing is wrong. It needs an effect above the policy's bound, too. For an open window
 * that is the effect since the estimated change; at the end of a window it is the effect of all
 * windows since the detector began to warn. Fewer rows need a larger effect. Used by the monitor's
 * thread only.
 */
final class SequentialDrift {
  /** Rows that the detectors read together. */
  static final int BLOCK = 500;

  /** The least effect of the newest window, in units of its bound, while a drift goes on. */
  private static final double STILL_THERE = 0.5;

  private final WatchSettings settings;
  private final LearnedBounds bounds;
  private final ServedBy servedBy;
  private final BlockTimes times;
  private final double part;
  private final Map<String, SliceDetectors> slices = new HashMap<>();

  /**
   * @param bounds shared by all versions
   * @param times shared by all versions
   */
  SequentialDrift(
      WatchSettings settings, LearnedBounds bounds, ServedBy servedBy, BlockTimes times) {
    this.settings = settings;
    this.bounds = bounds;
    this.servedBy = servedBy;
    this.times = times;
    this.part = settings.budgetPart() / 2; // the other half is for the tests of whole windows
  }

  void write(StateWriter out) {
    out.each(
        new TreeMap<>(slices).entrySet(), (to, one) -> one.getValue().write(to.put(one.getKey())));
  }

  /**
   * Restores a written state, before any rows.
   *
   * @param counters the counters of the open window, by slice
   */
  void read(StateReader in, Baseline baseline, Map<String, SliceCounter> counters) {
    in.forEach(
        one -> {
          String slice = one.text();
          SliceDetectors detectors = new SliceDetectors(baseline.slice(slice), part);
          detectors.read(one, counters.get(slice));
          slices.put(slice, detectors);
        });
  }

  /**
   * Reads the rows of the slices that have a block of new rows, and returns the drift to announce
   * before the window ends. A window of a length of time whose rows are not sliced announces none:
   * only as a whole does a day or a week resemble the reference.
   *
   * @param counters the counters of the open window, by slice
   * @param from the time of its first rows
   */
  List<Judged> added(
      Baseline baseline, Map<String, SliceCounter> counters, Instant from, Instant at) {
    List<Judged> news = new ArrayList<>();
    boolean seasonal = baseline.slices() == null && settings.window().time() != null;
    counters.forEach(
        (slice, counter) -> {
          SliceDetectors detectors = read(slice, baseline, counter, BLOCK, at);
          List<String> early = detectors == null ? List.of() : detectors.early();
          if (detectors != null && !seasonal && !early.isEmpty()) {
            Profile open = counter.counted();
            ComparedRows compared = new ComparedRows(from, at, detectors.reference(), open);
            news.add(early(slice, detectors, compared, early));
          }
        });
    return news;
  }

  /** The rows until the detectors of a slice may have a block to read. */
  long room(Map<String, SliceCounter> counters) {
    long room = BLOCK; // of a slice without rows
    for (Map.Entry<String, SliceCounter> slice : counters.entrySet()) {
      room = Math.min(room, BLOCK - newRows(slice.getKey(), slice.getValue()));
    }
    return room;
  }

  private long newRows(String slice, SliceCounter counter) {
    SliceDetectors known = slices.get(slice);
    return known == null ? counter.rows() : known.newRows(counter);
  }

  /** Reads the last rows of a window. */
  void ending(Baseline baseline, Map<String, SliceCounter> counters, Instant at) {
    counters.forEach((slice, counter) -> read(slice, baseline, counter, 1, at));
  }

  /** Reads new rows, and returns the detectors that read them; null if there are too few. */
  private @Nullable SliceDetectors read(
      String slice, Baseline baseline, SliceCounter counter, int least, Instant at) {
    SliceDetectors known = slices.get(slice);
    long rows = newRows(slice, counter);
    if (rows < least) {
      return null;
    }
    SliceDetectors detectors =
        known == null ? new SliceDetectors(baseline.slice(slice), part) : known;
    slices.put(slice, detectors);
    detectors.read(counter, settings.falseAlarms().share(rows, times.until(at)));
    return detectors;
  }

  private Judged early(
      String slice, SliceDetectors detectors, ComparedRows compared, List<String> names) {
    Profile open = compared.current();
    DriftReport report = DriftReport.compare(compared.reference(), open, bounds.policy());
    List<Finding> found = new ArrayList<>();
    for (FeatureDrift feature : report.features()) {
      if (names.contains(feature.name())) {
        double since = detectors.rowsSinceChange(feature.name());
        double changed = Math.min(1, since / detectors.rows());
        finding(slice, feature, changed, changed * changed * open.rows())
            .ifPresent(
                one -> {
                  found.add(one);
                  detectors.found(feature.name());
                });
      }
    }
    return new Judged(servedBy, Map.of(), found, compared); // the window says what is healthy
  }

  /**
   * Ends a window, or a step of it, and returns drift that its own tests did not find.
   *
   * @param step the rows since the last end
   */
  List<Finding> ended(DriftReport report, Pane step) {
    List<Finding> found = new ArrayList<>();
    if (report.slices().isEmpty()) {
      ended(Baseline.WHOLE, report.features(), step, found);
    }
    report.slices().forEach(slice -> ended(slice.slice(), slice.features(), step, found));
    return found;
  }

  private void ended(String slice, List<FeatureDrift> features, Pane step, List<Finding> found) {
    SliceDetectors detectors = slices.get(slice);
    Profile rows = step.slices().get(slice);
    if (detectors == null || rows == null) {
      return;
    }
    Set<String> calm = new HashSet<>();
    Set<String> open = new HashSet<>();
    Set<String> judged = new HashSet<>();
    Set<String> changed = new HashSet<>(detectors.found());
    for (FeatureDrift feature : features) {
      if (feature.judged()) {
        judged.add(feature.name());
      }
      if (feature.verdict() instanceof DriftVerdict.Drifted) {
        detectors.forget(feature.name());
        changed.add(feature.name());
      } else if (feature.verdict() instanceof DriftVerdict.Stable stable) {
        if (stable.relativeEffect() >= STILL_THERE && detectors.signals(feature.name())) {
          open.add(feature.name());
        }
        if (stable.relativeEffect() < 1) {
          calm.add(feature.name());
        }
      }
    }
    detectors.endWindow(rows, calm);
    detectors.standing().keySet().retainAll(open);
    open.forEach(name -> compare(slice, detectors, name));
    found.addAll(detectors.standing().values());
    changed.addAll(detectors.standing().keySet());
    detectors.windowFound(changed, judged);
  }

  private void compare(String slice, SliceDetectors detectors, String name) {
    Profile pool = detectors.worthComparing(name);
    if (pool == null) {
      return;
    }
    detectors.standing().remove(name);
    DriftReport.compare(detectors.reference(name), pool, bounds.policy().only(List.of(name)))
        .features()
        .forEach(
            feature ->
                finding(slice, feature, 1, (double) pool.rows())
                    .ifPresent(one -> detectors.standing().put(name, one)));
  }

  /**
   * Returns a finding if the effect is large enough for these rows.
   *
   * @param changed the part of the compared rows that has changed; their effect is this part of the
   *     effect of the changed rows, exactly so for distances and shares
   * @param rows the changed rows that would have an effect as exact as that of the compared rows
   */
  private Optional<Finding> finding(
      String slice, FeatureDrift feature, double changed, double rows) {
    if (!(feature.verdict() instanceof DriftVerdict.Judged verdict)) {
      return Optional.empty();
    }
    double relative = verdict.relativeEffect() / changed;
    if (!(relative >= 1 + Math.sqrt(BLOCK / rows))) {
      return Optional.empty();
    }
    String cause = feature.movements().isEmpty() ? "" : "; mostly " + feature.movements().get(0);
    String where = slice.isEmpty() ? "" : " in slice " + slice;
    String text =
        "%s drifted%s: %s %s over %s rows since the estimated change, bound %s, by a sequential detector%s"
            .formatted(
                feature.name(),
                where,
                verdict.measure(),
                Figures.of(verdict.effect() / changed),
                Figures.of(Math.round(rows / changed)),
                Figures.of(verdict.bound()),
                cause);
    return Optional.of(
        new Finding(
            DriftFinding.subject(feature, servedBy),
            verdict.measure(),
            relative,
            new Evidence(feature.name(), verdict.effect() / changed, verdict.bound(), text),
            false,
            Set.of(slice)));
  }
}
