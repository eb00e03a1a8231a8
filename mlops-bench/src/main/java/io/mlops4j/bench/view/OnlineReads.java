package io.mlops4j.bench.view;

import io.mlops4j.bench.ratios.Measured;
import io.mlops4j.runtime.view.FeatureRow;
import io.mlops4j.runtime.view.FeatureSource;
import io.mlops4j.runtime.view.FeatureView;
import io.mlops4j.runtime.view.OnlineFeatures;
import io.mlops4j.runtime.view.OnlineStore;
import java.time.Clock;
import java.time.Instant;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** Reads of 20 features by key, as floats for a model, from the cache. */
final class OnlineReads implements Measured {
  private static final int KEYS = 10_000;
  private static final int FEATURES = 20;
  private static final int READS = 200_000;

  private final OnlineStore store = OnlineStore.inMemory();
  private final OnlineFeatures online;
  private final String[] names = new String[FEATURES];
  private final String[] keys = new String[KEYS];
  private final long[] nanos = new long[READS];
  private float sum;

  OnlineReads() {
    FeatureView view =
        FeatureView.builder("reads")
            .source(FeatureSource.sql("SELECT 1"))
            .keys("k")
            .eventTime("ts")
            .build();
    online = OnlineFeatures.builder(view, store).clock(Clock.systemUTC()).build();
    Map<String, Object> row = new TreeMap<>();
    for (int i = 0; i < FEATURES; i++) {
      names[i] = "feature_" + i;
      row.put(names[i], (double) i);
    }
    for (int key = 0; key < KEYS; key++) {
      keys[key] = "entity-" + key;
      online.write(Instant.EPOCH, row, keys[key]);
    }
  }

  @Override
  public double measure() {
    for (int i = 0; i < READS; i++) {
      String key = keys[(int) (i * 7919L % KEYS)];
      long begin = System.nanoTime();
      FeatureRow row = online.read(key).orElseThrow();
      sum += row.floats(names)[FEATURES - 1];
      nanos[i] = System.nanoTime() - begin;
    }
    Arrays.sort(nanos);
    return nanos[READS / 2];
  }

  @Override
  public void close() {
    System.err.println(
        String.format(
            Locale.ROOT,
            "# online read of %d features, cached: p50 %.2f us, p99 %.2f us (%.0f)",
            FEATURES,
            nanos[READS / 2] / 1e3,
            nanos[READS / 100 * 99] / 1e3,
            sum));
    online.close();
    store.close();
  }
}
