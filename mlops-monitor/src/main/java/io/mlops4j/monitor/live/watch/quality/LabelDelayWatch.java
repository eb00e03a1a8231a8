package io.mlops4j.monitor.live.watch.quality;

import io.mlops4j.monitor.live.state.StateReader;
import io.mlops4j.monitor.live.state.StateWriter;
import io.mlops4j.monitor.quality.QualityResult;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Compares the delay of labels with the usual delay, which it learns from the windows of the first
 * four weeks. The first week, and at least eight windows, are not judged. Soon after the start only
 * labels with a short delay can have arrived, so neither are windows before three times the delay
 * of 95 % of the labels.
 *
 * <p>A window is compared with the same part of the week, where that has enough labels, and else
 * with all labels. Healthy delays differ between windows, so a delay that is little above the
 * longest healthy one is no failure. Memory: at most 320 kB. Used by the monitor's thread only.
 */
public final class LabelDelayWatch {
  private static final int PARTS_OF_A_DAY = 4;
  private static final int PARTS = 7 * PARTS_OF_A_DAY;
  private static final long FEWEST_OF_A_WINDOW = 50;
  private static final long FEWEST_OF_A_PART = 200;
  private static final int PATIENCE = 3;
  private static final int FEWEST_WINDOWS = 8;
  private static final Duration FEWEST_DAYS = Duration.ofDays(7);
  private static final int LAST_WINDOW = 28;
  private static final Duration LAST_DAY = Duration.ofDays(28);

  /** How far above the longest median of a healthy window a median is not healthy. */
  private static final double BEYOND_LONGEST = 1.1;

  private final @Nullable LabelDelays[] parts = new LabelDelays[PARTS];
  private LabelDelays newest = new LabelDelays();
  private Duration longest = Duration.ZERO;
  private int windows;
  private boolean learned;
  private @Nullable Instant first;
  private @Nullable Instant last;

  public LabelDelayWatch() {}

  public LabelDelayWatch(StateReader in) {
    in.forEach(
        part -> {
          int index = part.int32();
          part.check(index >= 0 && index < PARTS, "found part " + index + " of the week");
          parts[index] = LabelDelays.fromBytes(part.bytes());
        });
    newest = LabelDelays.fromBytes(in.bytes());
    longest = Duration.ofMillis(in.count());
    windows = in.int32();
    learned = in.flag();
    first = in.optional(StateReader::time);
    last = in.optional(StateReader::time);
  }

  void write(StateWriter out) {
    out.each(
        IntStream.range(0, PARTS).filter(part -> parts[part] != null).boxed().toList(),
        (to, part) -> to.put(part).put(Objects.requireNonNull(parts[part]).toBytes()));
    out.put(newest.toBytes()).put(longest.toMillis()).put(windows).put(learned);
    out.optional(first, StateWriter::put);
    out.optional(last, StateWriter::put);
  }

  /** Notes that predictions were made. */
  public void predicted(Instant at) {
    first = first == null ? at : first;
  }

  /** Counts the delay of a label. */
  public void labelled(Duration delay) {
    newest.add(delay);
  }

  /** Judges the labels since the last judgement; empty while the usual delay is not known. */
  public Optional<QualityResult> judge(Instant at, double level) {
    Instant start = first;
    if (start == null) {
      return Optional.empty();
    }
    Instant from = last == null ? start : last;
    int part = partOfWeek(from.plus(Duration.between(from, at).dividedBy(2)));
    QualityResult compared = learned ? newest.compare(usual(part), level) : null;
    if (newest.labels() < FEWEST_OF_A_WINDOW) {
      return Optional.ofNullable(compared); // not checked; the next window has these labels too
    }
    Duration age = Duration.between(start, at);
    boolean learns = windows < LAST_WINDOW || age.compareTo(LAST_DAY) < 0;
    QualityResult result =
        compared instanceof QualityResult.Failed failed ? unlessHealthy(failed) : compared;
    if (learns && !(result instanceof QualityResult.Failed)) {
      learn(part, compared == null || compared instanceof QualityResult.Passed);
    }
    learned =
        learned
            || (windows >= FEWEST_WINDOWS
                && age.compareTo(FEWEST_DAYS) >= 0
                && age.compareTo(all().quantile(0.95).multipliedBy(PATIENCE)) >= 0);
    newest = new LabelDelays();
    last = at;
    return Optional.ofNullable(result);
  }

  /** The middle of a window decides, because its ends vary around those of a part. */
  private static int partOfWeek(Instant at) {
    OffsetDateTime time = at.atOffset(ZoneOffset.UTC);
    int day = time.getDayOfWeek().getValue() - 1;
    return day * PARTS_OF_A_DAY + time.getHour() * PARTS_OF_A_DAY / 24;
  }

  private LabelDelays usual(int part) {
    LabelDelays same = parts[part];
    return same != null && same.labels() >= FEWEST_OF_A_PART ? same : all();
  }

  private LabelDelays all() {
    LabelDelays all = new LabelDelays();
    Arrays.stream(parts).filter(Objects::nonNull).forEach(all::merge);
    return all;
  }

  private QualityResult unlessHealthy(QualityResult.Failed failed) {
    double now = newest.quantile(0.5).toMillis();
    double most = BEYOND_LONGEST * longest.toMillis();
    double bound = failed.measured() * most / now; // in units of the usual median
    return now >= most
        ? failed
        : new QualityResult.Passed(failed.check(), failed.column(), failed.measured(), bound);
  }

  private void learn(int part, boolean healthy) {
    LabelDelays known = parts[part];
    parts[part] = known == null ? newest : known.merge(newest);
    windows++;
    Duration median = newest.quantile(0.5);
    if (healthy && median.compareTo(longest) > 0) {
      longest = median;
    }
  }
}
