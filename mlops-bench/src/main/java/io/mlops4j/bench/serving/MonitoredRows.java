package io.mlops4j.bench.serving;

import io.mlops4j.bench.engines.Mlp32;
import io.mlops4j.bench.engines.Models;
import io.mlops4j.bench.engines.Runtimes;
import io.mlops4j.bench.ratios.Measured;
import io.mlops4j.bench.ratios.Side;
import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.inference.InferenceEvent;
import io.mlops4j.inference.InferenceListener;
import io.mlops4j.inference.LoadOptions;
import io.mlops4j.inference.Model;
import io.mlops4j.inference.PredictionId;
import io.mlops4j.inference.ServedBy;
import io.mlops4j.monitor.ModelMonitor;
import io.mlops4j.monitor.profile.Profile;
import io.mlops4j.runtime.ModelRuntime;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Rows that were answered once, for a monitor or a profile to count again and again. */
final class MonitoredRows implements AutoCloseable {
  private static final int ROWS = 1_000_000;
  private static final int DIFFERENT = 100_000;
  private static final int BURST = 1_000;

  private final ModelRuntime runtime = Runtimes.oneThread().open();
  private final Profile reference = MonitoredModel.reference(runtime);
  private final List<Kept> events = new ArrayList<>();

  /**
   * Answers rows.
   *
   * @param rowsOfACall how many there are in an event
   */
  MonitoredRows(int rowsOfACall, int different) {
    InferenceListener listener =
        new InferenceListener() {
          @Override
          public boolean needsRows() {
            return true;
          }

          @Override
          public void onInference(InferenceEvent event) {
            events.add(
                new Kept(
                    event,
                    Objects.requireNonNull(event.features()).retain(),
                    Objects.requireNonNull(event.outputs()).retain()));
          }
        };
    LoadOptions options =
        LoadOptions.builder().features(MonitoredModel.FEATURES).listener(listener).build();
    try (Model model = runtime.load(Models.file("mlp32"), options);
        FeatureBatch all = Mlp32.columns(different, runtime.allocator())) {
      for (int from = 0; from < different; from += rowsOfACall) {
        try (FeatureBatch rows = all.slice(from, rowsOfACall)) {
          model.predict(rows).close();
        }
      }
    }
  }

  /** An event whose batches outlive the call. */
  private record Kept(InferenceEvent event, FeatureBatch features, FeatureBatch outputs)
      implements InferenceEvent {
    @Override
    public ServedBy servedBy() {
      return event.servedBy();
    }

    @Override
    public Route route() {
      return Route.PRIMARY;
    }

    @Override
    public PredictionId id(int row) {
      return event.id(row);
    }

    @Override
    public int rows() {
      return features.rows();
    }

    @Override
    public long nanos(Phase phase) {
      return 0;
    }

    @Override
    public @Nullable Throwable error() {
      return null;
    }
  }

  @Override
  public void close() {
    for (Kept event : events) {
      event.features().close();
      event.outputs().close();
    }
    runtime.close();
  }

  /** The monitor's thread on a million rows: its processor time for a row. */
  static Measured monitor() {
    MonitoredRows rows = new MonitoredRows(2_000, DIFFERENT);
    ModelMonitor monitor = ModelMonitor.builder(rows.reference).everyRow().start();
    return warm(
        new Measured() {
          @Override
          public double measure() {
            long before = MonitorCpu.ofMonitors();
            long seen = 0;
            for (int i = 0; seen < ROWS; i++) {
              Kept event = rows.events.get(i % rows.events.size());
              monitor.onInference(event);
              seen += event.rows();
              if (i % 50 == 49) {
                monitor.flush();
              }
            }
            monitor.flush();
            if (monitor.counts().dropped() > 0) {
              throw new IllegalStateException("the monitor dropped rows: " + monitor.counts());
            }
            return (MonitorCpu.ofMonitors() - before) / (double) seen;
          }

          @Override
          public void close() {
            monitor.close();
            rows.close();
          }
        });
  }

  /** A plain profile of the same rows. */
  static Measured profile() {
    MonitoredRows rows = new MonitoredRows(2_000, DIFFERENT);
    return warm(
        new Measured() {
          @Override
          public double measure() {
            long before = MonitorCpu.ofThisThread();
            Profile.Builder counting = rows.reference.counting();
            for (long seen = 0, i = 0; seen < ROWS; i++) {
              Kept event = rows.events.get((int) (i % rows.events.size()));
              counting.add(event.features(), event.outputs());
              seen += event.rows();
            }
            long counted = counting.build().rows();
            return (MonitorCpu.ofThisThread() - before) / (double) counted;
          }

          @Override
          public void close() {
            rows.close();
          }
        });
  }

  /** The caller's side of the hand-off alone: its time for a call of one row. */
  static Measured handOff() {
    MonitoredRows rows = new MonitoredRows(1, 512);
    ModelMonitor monitor = ModelMonitor.builder(rows.reference).everyRow().start();
    return warm(
        new Measured() {
          @Override
          public double measure() {
            long nanos = 0;
            int bursts = 200;
            for (int burst = 0; burst < bursts; burst++) {
              long begin = System.nanoTime();
              for (int i = 0; i < BURST; i++) {
                monitor.onInference(rows.events.get(i & 511));
              }
              nanos += System.nanoTime() - begin;
              monitor.flush();
            }
            double call = nanos / (double) (BURST * bursts);
            System.out.printf(Locale.ROOT, "# live.handoff: %.0f ns for a call of one row%n", call);
            return call;
          }

          @Override
          public void close() {
            monitor.close();
            rows.close();
          }
        });
  }

  /** What every listener that keeps rows must do: a second handle of both batches. */
  static Measured handles() {
    MonitoredRows rows = new MonitoredRows(1, 512);
    return warm(
        new Measured() {
          @Override
          public double measure() {
            int calls = 200_000;
            long begin = System.nanoTime();
            for (int i = 0; i < calls; i++) {
              Kept event = rows.events.get(i & 511);
              event.features().retain().close();
              event.outputs().retain().close();
            }
            return (System.nanoTime() - begin) / (double) calls;
          }

          @Override
          public void close() {
            rows.close();
          }
        });
  }

  /**
   * The hand-off of 1000 calls and the wait for the monitor, for what it leaves to the collector.
   */
  static Side handOffs() {
    MonitoredRows rows = new MonitoredRows(1, 512);
    ModelMonitor monitor = ModelMonitor.builder(rows.reference).everyRow().start();
    return new Side() {
      @Override
      public float run() {
        for (int i = 0; i < BURST; i++) {
          monitor.onInference(rows.events.get(i & 511));
        }
        monitor.flush();
        return monitor.counts().rows();
      }

      @Override
      public void close() {
        monitor.close();
        rows.close();
      }
    };
  }

  private static Measured warm(Measured side) {
    try {
      for (int i = 0; i < 5; i++) {
        side.measure();
      }
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
    return side;
  }
}
