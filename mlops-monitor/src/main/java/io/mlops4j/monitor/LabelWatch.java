package io.mlops4j.monitor;

import io.mlops4j.inference.PredictionId;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.arrow.vector.FieldVector;
import org.jspecify.annotations.Nullable;

/**
 * Joins scores with the labels that arrive later, and judges the realised performance of each
 * version. It exists only if labels were requested. Used by the monitor's thread only.
 */
final class LabelWatch implements Watch {
  private final MonitorSettings settings;
  private final VersionTracks tracks;
  private final PerformanceWatch performance;
  private final LabelStore store;
  private @Nullable NotWatched problem;

  LabelWatch(MonitorSettings settings, LabelJoin join, VersionTracks tracks) {
    this.settings = settings;
    this.tracks = tracks;
    this.performance = new PerformanceWatch(settings.minimumRocAuc());
    this.store = new LabelStore(join.delay(), settings.waitingRows());
  }

  LabelStore store() {
    return store;
  }

  @Override
  public String task() {
    return "join labels";
  }

  /** The reason why the newest rows cannot be joined; empty if they can. */
  @Override
  public List<NotWatched> notWatched() {
    return Stream.ofNullable(problem).toList();
  }

  @Override
  public void answered(HandOff.Answered answered) {
    try {
      await(answered, tracks.of(answered.servedBy(), answered.shadow(), answered.at()));
      problem = null;
    } catch (IllegalArgumentException e) {
      problem = new NotWatched("labels", "they cannot be joined; " + e.getMessage());
      throw e;
    }
  }

  private void await(HandOff.Answered answered, VersionTrack track) {
    FieldVector scores = LabelColumns.score(answered.outputs(), settings.score());
    List<PredictionId> ids = answered.ids();
    String keyColumn = settings.keyColumn();
    FieldVector keys = keyColumn == null ? null : answered.features().column(keyColumn);
    for (int row = 0; row < answered.rows(); row++) {
      Object key =
          ids != null
              ? ids.get(row)
              : LabelColumns.key(answered.features(), Objects.requireNonNull(keys), row);
      if (key != null) {
        store.predicted(key, LabelColumns.number(scores, row), track, answered.at());
      }
    }
  }

  @Override
  public void labelled(HandOff.Labels labels) {
    for (HandOff.Label label : labels.labels()) {
      store.labelled(label.key(), label.value(), labels.at());
    }
  }

  /** Judges each version that has enough new labels. */
  @Override
  public List<Judged> judge(Instant at) {
    List<Judged> judged = new ArrayList<>();
    for (VersionTrack track : tracks.primary()) {
      Duration since = track.due(settings.judgeEvery(), at);
      if (since != null) {
        double level = settings.level(settings.judgeEvery(), since);
        Subject subject =
            new Subject(Alarm.Kind.PERFORMANCE, PerformanceWatch.FIGURE, track.servedBy());
        List<Finding> found =
            performance.judge(track, tracks.before(track), level).stream()
                .map(bad -> bad.finding(subject))
                .toList();
        judged.add(new Judged(track.servedBy(), Set.of(subject), found));
      }
    }
    return judged;
  }
}
