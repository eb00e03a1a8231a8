package io.mlops4j.bench.view;

import io.mlops4j.bench.ratios.Comparison;
import io.mlops4j.bench.ratios.Measured;
import io.mlops4j.bench.ratios.Topic;
import java.util.List;

/** The part of {@code ratios scale} that is about feature views. */
public final class ViewTopic implements Topic {
  private static final long EVENTS = 10_000_000;
  private static final long LABELS = 1_000_000;
  private static final double MOST_NANOS = 10_000;

  @Override
  public List<Comparison> comparisons() {
    return List.of(
        new Comparison(
            "scale.asof.duckdb",
            "a training set of 1 M labels and 10 M events of 10 000 keys with 4 features, Parquet to Parquet",
            "the bare ASOF LEFT JOIN of DuckDB 2.0.0, which takes any of several rows of one time",
            1.2,
            () -> JoinedFile.byView(EVENTS, LABELS),
            () -> JoinedFile.bare(EVENTS, LABELS)),
        new Comparison(
            "scale.online.read",
            "an online read of 20 features from the cache, as floats: the median time",
            "10 microseconds",
            1.0,
            OnlineReads::new,
            Limit::new));
  }

  /** A time instead of a peer. */
  private static final class Limit implements Measured {
    @Override
    public double measure() {
      return MOST_NANOS;
    }

    @Override
    public void close() {}
  }
}
