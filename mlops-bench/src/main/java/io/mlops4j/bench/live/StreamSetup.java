package io.mlops4j.bench.live;

import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.monitor.LabelJoin;
import io.mlops4j.monitor.ModelMonitor;
import io.mlops4j.monitor.MonitorBuilder;
import io.mlops4j.monitor.OncePer;
import io.mlops4j.monitor.PerformancePolicy;
import io.mlops4j.monitor.profile.Profile;
import io.mlops4j.monitor.quality.QualityPolicy;
import io.mlops4j.monitor.quality.QualityReference;
import java.util.ArrayList;
import java.util.List;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;

/** One stream: its first rows are the reference, and the others pass the watchers. */
final class StreamSetup implements AutoCloseable {
  /** The rows of the reference. */
  static final int REFERENCE = 50_000;

  /** The window of the peers; the monitor has its default, which is as large. */
  private static final int WINDOW = 10_000;

  /** More than that adds nothing to a peer's reference but time. */
  private static final int OF_A_PEER = 20_000;

  private static final double THRESHOLD = 0.3;

  private final BufferAllocator memory = new RootAllocator();
  private final StreamSource source;
  private final int batch;
  private final Batches batches;
  private final List<Rows> reference = new ArrayList<>();
  private final QualityReference goodRows;
  private long taken;

  /**
   * Takes the reference.
   *
   * @param batch the rows of a call
   */
  StreamSetup(StreamSource source, int batch) {
    this.source = source;
    this.batch = batch;
    this.batches = new Batches(memory, source.layout());
    QualityReference.Builder counting =
        QualityReference.builder(Profile.builder().columns(source.layout().features()))
            .keys(Batches.KEY);
    while (taken < REFERENCE) {
      Rows rows = next();
      reference.add(rows);
      try (FeatureBatch features = batches.features(rows);
          FeatureBatch answers = batches.answers(rows)) {
        counting.add(features, answers);
      }
    }
    goodRows = counting.build();
  }

  private Rows next() {
    Rows rows = source.next(taken, batch);
    taken += rows.size();
    return rows;
  }

  /** A monitor with its defaults, a budget and, if wanted, labels. */
  Ours ours(long budget, boolean labels) {
    MonitorBuilder monitor =
        ModelMonitor.builder(goodRows.profile())
            .everyRow()
            .falseAlarms(OncePer.rows(budget))
            .quality(goodRows, QualityPolicy.withDefaults());
    if (labels) {
      monitor
          .labels(LabelJoin.byKey(Batches.KEY))
          .performance(PerformancePolicy.binary(Layout.SCORE));
    }
    return new Ours("ours", monitor, batches, labels);
  }

  /** All peers. */
  List<Watcher> peers() {
    List<Watcher> peers = new ArrayList<>();
    peers.add(new AdwinPeer(new AdwinPeer.Scales(reference)));
    peers.add(new DdmPeer(THRESHOLD));
    for (WindowRule rule : List.of(new PsiRule(0.1), new PsiRule(0.25), new KsRule())) {
      peers.add(
          new WindowedPeer(
              new WindowedPeer.Reference(rule, Windows.of(WINDOW), reference, OF_A_PEER)));
    }
    return peers;
  }

  /** Passes so many further rows. */
  void run(List<? extends Watcher> watchers, long rows) {
    long end = taken + rows;
    while (taken < end) {
      Rows some = next();
      long second = some.seconds[some.size() - 1];
      Labels labels = new Labels(some.size());
      for (int row = 0; row < some.size(); row++) {
        labels.set(row, some.keys[row], some.labels[row], some.scores[row]);
      }
      try (FeatureBatch features = batches.features(some);
          FeatureBatch answers = batches.answers(some)) {
        for (Watcher watcher : watchers) {
          watcher.answered(some, features, answers, second);
          watcher.labelled(labels, second);
        }
      }
    }
  }

  /** Closes the memory; the watchers must have been closed. */
  @Override
  public void close() {
    memory.close();
  }
}
