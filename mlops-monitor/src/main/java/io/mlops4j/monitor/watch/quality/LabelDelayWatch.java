package io.mlops4j.monitor.watch.quality;

import io.mlops4j.monitor.quality.LabelDelays;
import io.mlops4j.monitor.quality.QualityResult;
import io.mlops4j.monitor.state.StateReader;
import io.mlops4j.monitor.state.StateWriter;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Compares the delay of labels with the usual delay, which it learns from its first labels. Soon
 * after the start only labels with a short delay can have arrived. So the usual delay is known only
 * after three times the delay of 95 % of the labels. Used by the monitor's thread only.
 */
public final class LabelDelayWatch {
  private static final long FEWEST = 200;
  private static final int PATIENCE = 3;

  private LabelDelays usual = new LabelDelays();
  private LabelDelays newest = new LabelDelays();
  private boolean learned;
  private @Nullable Instant first;

  public LabelDelayWatch() {}

  public LabelDelayWatch(StateReader in) {
    usual = LabelDelays.fromBytes(in.bytes());
    newest = LabelDelays.fromBytes(in.bytes());
    learned = in.flag();
    first = in.optional(StateReader::time);
  }

  void write(StateWriter out) {
    out.put(usual.toBytes()).put(newest.toBytes()).put(learned);
    out.optional(first, StateWriter::put);
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
    if (learned) {
      QualityResult result = newest.compare(usual, level);
      if (!(result instanceof QualityResult.NotChecked)) {
        newest = new LabelDelays();
      }
      return Optional.of(result);
    }
    usual.merge(newest);
    newest = new LabelDelays();
    learned =
        usual.labels() >= FEWEST
            && first != null
            && Duration.between(first, at).compareTo(usual.quantile(0.95).multipliedBy(PATIENCE))
                >= 0;
    return Optional.empty();
  }
}
