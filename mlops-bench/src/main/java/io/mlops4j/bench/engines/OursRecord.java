package io.mlops4j.bench.engines;

import io.mlops4j.bench.ratios.Side;
import io.mlops4j.inference.LoadOptions;
import io.mlops4j.inference.Model;
import io.mlops4j.inference.RowModel;
import io.mlops4j.model.FeatureSchema;
import io.mlops4j.runtime.ModelRuntime;
import java.nio.file.Path;
import java.util.List;

/** This library: one record in, one record out. */
final class OursRecord implements Side {
  private final ModelRuntime runtime = Runtimes.oneThread().open();
  private final Model model;
  private final RowModel<Row32, Score> rows;
  private final Row32[] records;
  private int next;

  /** The model's output. */
  record Score(float y) {}

  OursRecord() {
    this(Models.file("mlp32"), List.of(Mlp32.rows(1)));
  }

  /** Calls with one record after the other, and again from the first. */
  OursRecord(Path file, List<float[]> records) {
    this.records = records.stream().map(Row32::of).toArray(Row32[]::new);
    model =
        runtime.load(
            file, LoadOptions.builder().features(FeatureSchema.ofNames(Mlp32.names())).build());
    rows = model.rows(Row32.class, Score.class);
  }

  @Override
  public float run() {
    Row32 record = records[next];
    next = next + 1 == records.length ? 0 : next + 1;
    return rows.predict(record).y();
  }

  @Override
  public void close() {
    model.close();
    runtime.close();
  }
}
