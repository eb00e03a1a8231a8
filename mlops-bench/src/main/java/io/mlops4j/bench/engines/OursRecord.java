package io.mlops4j.bench.engines;

import io.mlops4j.bench.ratios.Side;
import io.mlops4j.inference.LoadOptions;
import io.mlops4j.inference.Model;
import io.mlops4j.inference.RowModel;
import io.mlops4j.model.FeatureSchema;
import io.mlops4j.runtime.ModelRuntime;

/** This library: one record in, one record out. */
final class OursRecord implements Side {
  private final ModelRuntime runtime = ModelRuntime.builder().threads(1).open();
  private final Model model;
  private final RowModel<Row32, Score> rows;
  private final Row32 row = Row32.of(Mlp32.rows(1));

  /** The model's output. */
  record Score(float y) {}

  OursRecord() {
    model =
        runtime.load(
            Models.file("mlp32"),
            LoadOptions.builder().features(FeatureSchema.ofNames(Mlp32.names())).build());
    rows = model.rows(Row32.class, Score.class);
  }

  @Override
  public float run() {
    return rows.predict(row).y();
  }

  @Override
  public void close() {
    model.close();
    runtime.close();
  }
}
