package io.mlops4j.bench.serving;

import io.mlops4j.inference.LoadOptions;
import io.mlops4j.inference.Model;
import io.mlops4j.inference.RowModel;
import io.mlops4j.runtime.ModelRuntime;
import java.nio.file.Path;
import java.util.function.IntFunction;
import java.util.function.ToDoubleFunction;

/** This library, asked with records by many threads. */
final class OursRows<I extends Record, O extends Record> implements Callers {
  private final ModelRuntime runtime;
  private final Model model;
  private final RowModel<I, O> rows;
  private final IntFunction<I[]> inputs;
  private final ToDoubleFunction<O> read;

  /**
   * @param runtime of the model; closed with this
   * @param inputs what a thread asks, in turns
   */
  OursRows(
      ModelRuntime runtime,
      Path file,
      LoadOptions options,
      Class<I> in,
      Class<O> out,
      IntFunction<I[]> inputs,
      ToDoubleFunction<O> read) {
    this.runtime = runtime;
    model = runtime.load(file, options);
    rows = model.rows(in, out);
    this.inputs = inputs;
    this.read = read;
  }

  @Override
  public Caller caller(int number) {
    I[] asked = inputs.apply(number);
    return call -> (float) read.applyAsDouble(rows.predict(asked[call % asked.length]));
  }

  @Override
  public void close() {
    model.close();
    runtime.close();
  }
}
