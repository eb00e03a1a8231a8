package io.mlops4j.testing;

import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.feature.FixedShapeTensorVector;
import io.mlops4j.inference.Prediction;
import io.mlops4j.inference.PredictionId;
import io.mlops4j.inference.ServedBy;
import io.mlops4j.internal.Elements;
import java.util.Objects;
import java.util.stream.LongStream;
import org.apache.arrow.vector.FieldVector;

/** The answer of a {@link FakeModel} to a batch. */
final class FakePrediction implements Prediction {
  private final ServedBy servedBy;
  private final long call;
  private final int rows;
  private final FeatureBatch outputs;

  FakePrediction(ServedBy servedBy, long call, FeatureBatch outputs) {
    this.servedBy = servedBy;
    this.call = call;
    this.rows = outputs.rows();
    this.outputs = outputs;
  }

  @Override
  public int rows() {
    return rows;
  }

  @Override
  public ServedBy servedBy() {
    return servedBy;
  }

  @Override
  public PredictionId id(int row) {
    return new PredictionId(0, call, Objects.checkIndex(row, rows));
  }

  @Override
  public float[] floats(String output) {
    FieldVector elements = elements(output);
    return Elements.floats(elements, 0, elements.getValueCount());
  }

  @Override
  public void floats(String output, float[] into, int offset) {
    float[] values = floats(output);
    Objects.checkFromIndexSize(offset, values.length, into.length);
    System.arraycopy(values, 0, into, offset, values.length);
  }

  @Override
  public double[] doubles(String output) {
    FieldVector elements = elements(output);
    return Elements.doubles(elements, 0, elements.getValueCount());
  }

  @Override
  public long[] longs(String output) {
    FieldVector elements = elements(output);
    return Elements.longs(elements, 0, elements.getValueCount());
  }

  @Override
  public String[] strings(String output) {
    FieldVector elements = elements(output);
    return Elements.strings(elements, 0, elements.getValueCount());
  }

  /** Returns the values of an output, row-major. */
  private FieldVector elements(String output) {
    return vector(output) instanceof FixedShapeTensorVector tensors
        ? tensors.values()
        : vector(output);
  }

  @Override
  public long[] shape(String output) {
    return vector(output) instanceof FixedShapeTensorVector tensors
        ? LongStream.concat(LongStream.of(rows), LongStream.of(tensors.shape())).toArray()
        : new long[] {rows};
  }

  /**
   * @throws UnsupportedOperationException always; {@link #vector} returns the rows
   */
  @Override
  public FixedShapeTensorVector tensor(String output) {
    throw new UnsupportedOperationException(
        output + ": a FakeModel has no view of an output as one tensor; call vector(...)");
  }

  @Override
  public FieldVector vector(String output) {
    return outputs.column(output);
  }

  @Override
  public FeatureBatch outputs() {
    return outputs.retain();
  }

  @Override
  public void close() {
    outputs.close();
  }
}
