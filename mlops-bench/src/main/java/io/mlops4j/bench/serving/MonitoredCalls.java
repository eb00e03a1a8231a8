package io.mlops4j.bench.serving;

import io.mlops4j.bench.engines.Mlp32;
import io.mlops4j.bench.engines.Row32;
import io.mlops4j.bench.ratios.Measured;
import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.inference.Prediction;
import io.mlops4j.inference.RowModel;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * One thread that calls a model again and again.
 *
 * <p>A monitor that counts every row is waited for between blocks of calls, outside of the caller's
 * time. A monitor with a budget is not: calls go on without a break, and those of the first seconds
 * are not measured, because a monitor saves what it does not use. The budget is a share of the time
 * that passes, whatever part of it the caller gets. So the ratio means something only if the caller
 * has a processor of its own; {@link #close} prints the part that it had.
 */
final class MonitoredCalls implements Measured {
  /** What a call costs. */
  enum Cost {
    /** Processor time of the caller and of the monitor. */
    CPU,
    /** Time of the caller. */
    WALL
  }

  private static final int DIFFERENT = 4096;
  private static final int ROWS_OF_A_BLOCK = 32_000;
  private static final int WARM_UPS = 8;

  private static final long SETTLING = TimeUnit.SECONDS.toNanos(3);
  private static final long FIRST_SETTLING = TimeUnit.SECONDS.toNanos(8);

  private final MonitoredModel monitored;
  private final MonitoredModel.Rows watched;
  private final Cost cost;
  private final int rowsOfACall;
  private final int blocks;
  private final List<FeatureBatch> batches = new ArrayList<>();
  private final List<Row32> records = new ArrayList<>();
  private final RowModel<Row32, Mlps.Score> rows;
  private final float[] answer;
  private long settling = FIRST_SETTLING;
  private String counted = "";
  private long callerNanos;
  private long passedNanos;
  private volatile float sink;

  /**
   * A side.
   *
   * @param rowsOfACall 0 for records one at a time
   */
  MonitoredCalls(MonitoredModel.Rows watched, int rowsOfACall, Cost cost) {
    this.watched = watched;
    this.monitored = new MonitoredModel(watched);
    this.cost = cost;
    this.rowsOfACall = rowsOfACall;
    int times = watched == MonitoredModel.Rows.WITHIN_BUDGET ? 4 : 1; // more windows end
    this.blocks = (rowsOfACall == 0 ? 3 : 16) * times;
    this.answer = new float[Math.max(1, rowsOfACall)];
    this.rows = this.monitored.model().rows(Row32.class, Mlps.Score.class);
    float[] values = Mlp32.rows(DIFFERENT);
    if (rowsOfACall == 0) {
      for (int row = 0; row < DIFFERENT; row++) {
        float[] one = new float[Mlp32.FEATURES];
        System.arraycopy(values, row * Mlp32.FEATURES, one, 0, one.length);
        records.add(Row32.of(one));
      }
    } else {
      try (FeatureBatch all = Mlp32.columns(DIFFERENT, this.monitored.runtime().allocator())) {
        for (int from = 0; from < DIFFERENT; from += rowsOfACall) {
          batches.add(all.slice(from, rowsOfACall));
        }
      }
    }
    for (int i = 0; i < WARM_UPS && watched != MonitoredModel.Rows.WITHIN_BUDGET; i++) {
      measure();
    }
  }

  @Override
  public double measure() {
    int calls = ROWS_OF_A_BLOCK / Math.max(1, rowsOfACall);
    boolean waits = watched != MonitoredModel.Rows.WITHIN_BUDGET;
    if (!waits) {
      settle(calls);
    }
    long caller = -MonitorCpu.ofThisThread();
    long cpu = caller - MonitorCpu.ofMonitors();
    long wall = 0;
    for (int block = 0; block < blocks; block++) {
      long begin = System.nanoTime();
      float sum = 0;
      for (int call = 0; call < calls; call++) {
        sum += rowsOfACall == 0 ? record(call) : batch(call);
      }
      wall += System.nanoTime() - begin;
      sink = sum;
      if (waits) {
        monitored.flush();
      }
    }
    caller += MonitorCpu.ofThisThread();
    cpu += MonitorCpu.ofThisThread() + MonitorCpu.ofMonitors();
    callerNanos += caller;
    passedNanos += wall;
    counted = monitored.counted();
    monitored.flush();
    return (cost == Cost.CPU ? cpu : wall) / ((double) calls * blocks);
  }

  private void settle(int calls) {
    long begin = System.nanoTime();
    while (System.nanoTime() - begin < settling) {
      float sum = 0;
      for (int call = 0; call < calls; call++) {
        sum += rowsOfACall == 0 ? record(call) : batch(call);
      }
      sink = sum;
    }
    settling = SETTLING;
  }

  private float record(int call) {
    return rows.predict(records.get(call % DIFFERENT)).y();
  }

  private float batch(int call) {
    try (Prediction prediction = monitored.model().predict(batches.get(call % batches.size()))) {
      prediction.floats("y", answer, 0);
    }
    return answer[0];
  }

  /** What was answered last, so that no work can be left out. */
  float sink() {
    return sink;
  }

  @Override
  public void close() {
    if (watched == MonitoredModel.Rows.WITHIN_BUDGET) {
      System.out.println("# at the end the monitor counted " + counted);
      System.out.printf(
          "# the caller had %d %% of a processor; with less than 90 %% the ratio is too high%n",
          100 * callerNanos / Math.max(1, passedNanos));
    }
    batches.forEach(FeatureBatch::close);
    monitored.close();
  }
}
