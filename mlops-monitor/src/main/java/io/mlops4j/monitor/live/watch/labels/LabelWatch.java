package io.mlops4j.monitor.live.watch.labels;

import io.mlops4j.error.DataException;
import io.mlops4j.inference.ServedBy;
import io.mlops4j.monitor.alarm.NotWatched;
import io.mlops4j.monitor.live.finding.Judged;
import io.mlops4j.monitor.live.rows.CallSampling;
import io.mlops4j.monitor.live.rows.Handed;
import io.mlops4j.monitor.live.rows.JoinRule;
import io.mlops4j.monitor.live.rows.LabelKey;
import io.mlops4j.monitor.live.state.StateReader;
import io.mlops4j.monitor.live.state.StateWriter;
import io.mlops4j.monitor.live.watch.RowWatch;
import io.mlops4j.monitor.live.watch.WatchSettings;
import io.mlops4j.monitor.performance.LabelCounts;
import io.mlops4j.monitor.performance.task.GroupNames;
import io.mlops4j.monitor.performance.task.Measured;
import io.mlops4j.monitor.performance.task.PerformanceRules;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Joins answers with the labels that arrive later, and judges the realised performance of each
 * version. It exists only if performance is watched. Used by the monitor's thread only.
 *
 * <p>Time does not go back: a clock that goes back by no more than the waiting time of predictions
 * stands still until it has caught up. If it goes back further, waiting predictions are given up
 * and later periods are removed.
 */
public final class LabelWatch implements RowWatch, LabelStore.Outcomes {
  public static final LabelCounts NONE = new LabelCounts(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);

  private static final int BYTES_OF_A_RECORD = 4 << 20;

  private final WatchSettings settings;
  private final PerformanceRules policy;
  private final CallSampling sampling;
  private final Predictions journal;
  private final VersionTracks tracks;
  private final PerformanceWatch judge;
  private final LabelStore store;
  private final GroupNames groupNames;
  private final LongConsumer delays;
  private final long delay;
  private long now = Long.MIN_VALUE;
  private int journaledNames;
  private long leftOut;
  private long unanswered;
  private long withoutKey;
  private @Nullable NotWatched problem;
  private @Nullable VersionTrack newest;
  private volatile LabelCounts counts = NONE;

  /**
   * @param sampling counts the rows that are left out
   * @param delays gets the delay of the label of each prediction that is not a shadow's, in
   *     milliseconds; 0 if the label came first
   */
  public LabelWatch(
      WatchSettings settings,
      PerformanceRules policy,
      CallSampling sampling,
      Predictions journal,
      LongConsumer delays) {
    this.delays = delays;
    JoinRule join = settings.labels();
    this.settings = settings;
    this.policy = policy;
    this.sampling = sampling;
    this.journal = journal;
    this.delay = join == null ? 0 : join.delayMillis();
    this.groupNames = new GroupNames(policy.groups());
    this.tracks = new VersionTracks(policy, delay, groupNames);
    this.judge = new PerformanceWatch(policy);
    this.store =
        new LabelStore(
            delay,
            join == null ? 1 : join.waitingRows(),
            join == null ? 1 : join.earlyLabels(),
            policy.task().width(),
            policy.groups().size(),
            this);
  }

  /** Stores predictions that wait for labels. */
  public interface Predictions {
    void write(Consumer<StateWriter> content);
  }

  @Override
  public String task() {
    return "join labels";
  }

  @Override
  public void answered(Handed.Answered answered) {
    long at = time(answered.at());
    VersionTrack track = tracks.of(answered.servedBy(), answered.shadow());
    newest = track;
    Answers answers;
    try {
      answers = new Answers(answered, policy, settings.keyColumn(), groupNames);
      problem = null;
    } catch (IllegalArgumentException | DataException e) {
      track.unreadable(answered.rows(), at);
      journal.write(out -> begin(out, answered, false).put(answered.rows()));
      problem = new NotWatched("labels", "they cannot be joined; " + e.getMessage());
      throw e;
    }
    if (settings.labels() != null) {
      journal(answered, answers);
    }
    predicted(answers, track, at);
  }

  private void predicted(Answers answers, VersionTrack track, long at) {
    tracks.predicted(track, answers, at);
    unanswered += answers.unanswered();
    if (settings.labels() != null) {
      await(answers, track, at);
    }
    publish();
  }

  /** Large calls take several records. */
  private void journal(Handed.Answered answered, Answers answers) {
    int most = Math.max(1, BYTES_OF_A_RECORD / answers.bytesOfRow());
    for (int from = 0; from < answers.rows(); from += most) {
      int first = from;
      int end = Math.min(answers.rows(), from + most);
      journal.write(
          out -> {
            begin(out, answered, true);
            boolean news = groupNames.size() != journaledNames;
            out.put(news);
            if (news) {
              groupNames.write(out);
            }
            journaledNames = groupNames.size();
            answers.write(out, first, end);
          });
    }
  }

  private static StateWriter begin(StateWriter out, Handed.Answered answered, boolean readable) {
    return out.put(answered.servedBy()).put(answered.shadow()).put(answered.at()).put(readable);
  }

  /**
   * Handles predictions again that are in the journal.
   *
   * @return the time and the number of rows
   */
  public Replayed replay(StateReader in) {
    ServedBy servedBy = in.servedBy();
    boolean shadow = in.flag();
    Instant when = in.time();
    VersionTrack track = tracks.of(servedBy, shadow);
    long at = time(when);
    if (!in.flag()) {
      int rows = in.int32();
      track.unreadable(rows, at);
      return new Replayed(servedBy, shadow, when, rows);
    }
    if (in.flag()) {
      groupNames.read(in);
    }
    Answers answers = new Answers(in, policy, groupNames);
    predicted(answers, track, at);
    return new Replayed(servedBy, shadow, when, answers.rows());
  }

  /** A call whose predictions were handled again. */
  public record Replayed(ServedBy servedBy, boolean shadow, Instant at, int rows) {}

  @Override
  public void write(StateWriter out) {
    groupNames.write(out);
    out.put(now).put(unanswered).put(withoutKey);
    tracks.write(out);
    store.write(out);
  }

  @Override
  public void read(StateReader in) {
    groupNames.read(in);
    journaledNames = groupNames.size();
    now = in.int64();
    unanswered = in.count();
    withoutKey = in.count();
    tracks.read(in);
    store.read(in, groupNames);
    publish();
  }

  private void await(Answers answers, VersionTrack track, long at) {
    withoutKey += answers.rows() - answers.keyed();
    for (int row = 0; row < answers.rows(); row++) {
      LabelKey key = answers.key(row);
      if (key != null) {
        store.predicted(key, answers.values(row), answers.groups(row), track.id(), at);
      }
    }
  }

  @Override
  public void labelled(Handed.Labels labels) {
    long at = time(labels.at());
    for (Handed.Label label : labels.labels()) {
      store.labelled(label.key(), label.value(), at);
    }
    publish();
  }

  private long time(Instant at) {
    long time = clockTime(at);
    if (sampling.leftOut() != leftOut) {
      leftOut = sampling.leftOut();
      store.rowsLeftOut(time);
    }
    return time;
  }

  private long clockTime(Instant at) {
    long time = at.toEpochMilli();
    if (time < now && now - time <= delay) {
      return now;
    }
    if (time < now) {
      store.expireAll();
      tracks.clockWentBack(time);
    }
    now = time;
    return time;
  }

  @Override
  public void labelled(
      int version, long at, double[] values, short[] groups, double label, long waited) {
    VersionTrack track = tracks.find(version);
    if (track == null || !track.shadow()) { // a shadow gets the same label again
      delays.accept(waited);
    }
    if (track != null) {
      tracks.labelled(track, at, values, groups, label, now);
    }
  }

  @Override
  public void gaveUp(int version, long at) {
    VersionTrack track = tracks.find(version);
    if (track != null) {
      track.gaveUp(at, now);
    }
  }

  /** Judges each version of which another period is complete. */
  @Override
  public List<Judged> judge(Instant at) {
    store.expire(time(at));
    publish();
    Map<VersionTrack, VersionTrack.Completed> completed = new LinkedHashMap<>();
    for (VersionTrack track : tracks.all()) {
      VersionTrack.Completed one = track.complete(now);
      if (one != null && !track.shadow()) {
        completed.put(track, one);
      }
    }
    List<Judged> all = new ArrayList<>();
    completed.forEach(
        (track, one) -> {
          Duration time = policy.period().multipliedBy(one.periods());
          double level = settings.level(one.rows(), time, completed.size());
          all.add(judge.judge(track, tracks.before(track), level));
        });
    return all;
  }

  @Override
  public List<NotWatched> notWatched() {
    NotWatched one = problem;
    if (one != null) {
      return List.of(one);
    }
    VersionTrack track = newest;
    return settings.labels() == null || track == null || track.shadow()
        ? List.of()
        : track.unjudged();
  }

  private void publish() {
    counts = store.counts(unanswered, withoutKey);
  }

  /** The counts after the last handled batch or labels; for any thread. */
  public LabelCounts counts() {
    return counts;
  }

  /** The bytes of all predictions and labels that wait. */
  public long storeBytes() {
    return store.bytes();
  }

  /** All versions, in the order of their first rows; for any thread. */
  public List<VersionTrack> tracks() {
    return tracks.all();
  }

  /**
   * The performance since the period of this time; null without predictions. If several versions
   * match, because one answered under several alias records, it is that with the most labels.
   */
  public @Nullable Measured<?> since(Predicate<ServedBy> which, Instant at) {
    return tracks.all().stream()
        .filter(track -> which.test(track.servedBy()))
        .map(track -> track.since(at.toEpochMilli()))
        .filter(Objects::nonNull)
        .max(Comparator.comparingLong(one -> one.rows().coverage().labelled()))
        .orElse(null);
  }

  /** The performance of a version, or null if it is unknown; for any thread. */
  public @Nullable Measured<?> performance(ServedBy version) {
    VersionTrack track = tracks.find(version);
    return track == null ? null : track.performance();
  }
}
