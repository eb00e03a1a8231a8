package io.mlops4j.bench.live;

import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.monitor.LabelJoin;
import io.mlops4j.monitor.ModelMonitor;
import io.mlops4j.monitor.OncePer;
import io.mlops4j.monitor.PerformancePolicy;
import io.mlops4j.monitor.Window;
import io.mlops4j.monitor.profile.Profile;
import io.mlops4j.monitor.profile.SlicedProfile;
import io.mlops4j.monitor.profile.Slices;
import io.mlops4j.monitor.quality.QualityPolicy;
import io.mlops4j.monitor.quality.QualityReference;
import io.mlops4j.monitor.reference.Reference;
import java.time.Duration;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;

/** What all looks at the flights share: the model, and January with its answers as reference. */
final class FlightSetup implements AutoCloseable {
  /** The first day of the reference. */
  static final LocalDate JANUARY = LocalDate.of(2001, 1, 1);

  /** The first day after the reference. */
  static final LocalDate FEBRUARY = LocalDate.of(2001, 2, 1);

  /** The day after the last. */
  static final LocalDate END = LocalDate.of(2001, 7, 1);

  private static final int CHUNK = 10_000;

  /** More than that adds nothing to a peer's reference but time. */
  private static final int OF_A_SEASON = 20_000;

  private static final long BUDGET = 1_000_000;

  private final FlightHistory flights;
  private final FlightModel model = new FlightModel();
  private final Batches batches;
  private final List<Rows> january = new ArrayList<>();
  private final QualityReference goodRows;
  private final SlicedProfile reference;
  private final Reference learned;
  private final List<WindowedPeer.Reference> windowed = new ArrayList<>();
  private final AdwinPeer.Scales scales;
  private final double lateShare;

  FlightSetup(FlightHistory flights) {
    this.flights = flights;
    this.batches = new Batches(model.memory(), flights.layout());
    int end = flights.first(FEBRUARY);
    for (int from = flights.first(JANUARY); from < end; ) {
      int to = Math.min(end, flights.endOfHour(from, CHUNK));
      Rows rows = flights.rows(from, to);
      try (FeatureBatch features = batches.features(rows)) {
        model.answer(rows, features);
      }
      january.add(rows);
      from = to;
    }
    goodRows = goodRows();
    reference = slices(goodRows.profile());
    learned = learned();
    scales = new AdwinPeer.Scales(january);
    for (WindowRule rule : List.of(new PsiRule(0.1), new PsiRule(0.25), new KsRule())) {
      windowed.add(new WindowedPeer.Reference(rule, Windows.days(), january, OF_A_SEASON));
    }
    lateShare =
        january.stream()
            .mapToDouble(
                rows -> {
                  int late = 0;
                  for (byte label : rows.labels) {
                    late += label;
                  }
                  return (double) late / end;
                })
            .sum();
  }

  /** All of January, whose bins all slices have, and what its rows teach about data quality. */
  private QualityReference goodRows() {
    QualityReference.Builder whole =
        QualityReference.builder(Profile.builder().columns(flights.layout().features()))
            .keys(Batches.KEY);
    add(whole::add);
    return whole.build();
  }

  private SlicedProfile slices(Profile bins) {
    SlicedProfile.Builder slices = SlicedProfile.builder(bins, Slices.by("weekday"));
    add(slices::add);
    return slices.build();
  }

  private interface Sink {
    Object add(FeatureBatch features, FeatureBatch answers);
  }

  private void add(Sink sink) {
    for (Rows rows : january) {
      try (FeatureBatch features = batches.features(rows);
          FeatureBatch answers = batches.answers(rows)) {
        sink.add(features, answers);
      }
    }
  }

  FlightHistory flights() {
    return flights;
  }

  /** The monitor as the guide has it: seasons, days, a budget and labels. */
  Ours ours() {
    return new Ours(
        "ours",
        ModelMonitor.builder(reference)
            .everyRow()
            .window(Window.of(Duration.ofDays(1)))
            .falseAlarms(OncePer.rows(BUDGET))
            .quality(goodRows, QualityPolicy.withDefaults())
            .labels(LabelJoin.byKey(Batches.KEY).within(Duration.ofDays(2)))
            .performance(
                PerformancePolicy.binary(Layout.SCORE)
                    .window(Window.of(Duration.ofDays(1)))
                    .minimum("roc_auc", 0.55)
                    .maximum("brier", 0.22)),
        batches,
        true);
  }

  /** The monitor as a newcomer starts it: it is told the column of times and the labels' key. */
  Ours defaults() {
    return new Ours(
        "defaults",
        ModelMonitor.builder(learned)
            .everyRow()
            .labels(LabelJoin.byKey(Batches.KEY))
            .performance(PerformancePolicy.binary(Layout.SCORE)),
        batches,
        true);
  }

  Reference learned() {
    try (Reference.Builder all =
        Reference.builder(Batches.TIME).columns(flights.layout().features()).keys(Batches.KEY)) {
      add(all::add);
      return all.build();
    }
  }

  /** All peers, newly started. */
  List<Watcher> peers() {
    List<Watcher> peers = new ArrayList<>();
    peers.add(new AdwinPeer(scales));
    peers.add(new DdmPeer(lateShare));
    windowed.forEach(one -> peers.add(new WindowedPeer(one)));
    return peers;
  }

  /** The monitor and its peers. */
  List<Watcher> all() {
    List<Watcher> all = new ArrayList<>();
    all.add(ours());
    all.add(defaults());
    all.addAll(peers());
    return all;
  }

  Replay replay(List<? extends Watcher> watchers) {
    return new Replay(flights, model, batches, watchers);
  }

  @Override
  public void close() {
    model.close();
  }
}
