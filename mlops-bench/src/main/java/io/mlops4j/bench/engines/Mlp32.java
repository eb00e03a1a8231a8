package io.mlops4j.bench.engines;

import ai.onnxruntime.OrtException;
import io.mlops4j.bench.ratios.Side;
import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.model.FeatureSchema;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.apache.arrow.memory.BufferAllocator;

/** Models on rows of 32 float features: the same rows for every side, and ours in Arrow's forms. */
public final class Mlp32 {
  /** Of each row. */
  public static final int FEATURES = 32;

  private static final long SEED = 20010101;

  private Mlp32() {}

  /** Row-major. */
  public static float[] rows(int count) {
    Random random = new Random(SEED);
    float[] values = new float[count * FEATURES];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return values;
  }

  static float[] column(float[] rows, int feature) {
    float[] column = new float[rows.length / FEATURES];
    for (int row = 0; row < column.length; row++) {
      column[row] = rows[row * FEATURES + feature];
    }
    return column;
  }

  /** Of the columns, in the order of the rows. */
  public static String[] names() {
    String[] names = new String[FEATURES];
    for (int i = 0; i < names.length; i++) {
      names[i] = "f" + i;
    }
    return names;
  }

  /** A column for each feature. */
  public static FeatureBatch columns(int count, BufferAllocator allocator) {
    float[] values = rows(count);
    FeatureBatch.Builder columns = FeatureBatch.builder(allocator);
    for (int i = 0; i < FEATURES; i++) {
      columns.floats("f" + i, column(values, i));
    }
    return columns.build();
  }

  /** The same, of 64-bit floats. */
  public static FeatureBatch wideColumns(int count, BufferAllocator allocator) {
    float[] values = rows(count);
    FeatureBatch.Builder columns = FeatureBatch.builder(allocator);
    for (int i = 0; i < FEATURES; i++) {
      float[] column = column(values, i);
      columns.doubles("f" + i, IntStream.range(0, count).mapToDouble(row -> column[row]).toArray());
    }
    return columns.build();
  }

  /**
   * Of an ONNX model with input x [N,32] and output y [N,1]: a column for each feature, gathered.
   */
  static Side ours(String model, int rows) {
    return new Ours(
        Models.file(model),
        FeatureSchema.ofNames(names()),
        allocator -> columns(rows, allocator),
        "y",
        rows);
  }

  /** The same model for TensorFlow. */
  static Ours oursInTensorFlow(int rows) {
    return new Ours(
        Models.savedModel("mlp32"),
        FeatureSchema.ofNames(names()),
        allocator -> columns(rows, allocator),
        "y",
        rows);
  }

  /** The same, its rows ready in a column of lists. */
  static Side oursInLists(int rows) {
    return new Ours(
        Models.file("mlp32"),
        null,
        allocator -> Lists.batch(allocator, Lists.floats("x", FEATURES, rows(rows), allocator)),
        "y",
        rows);
  }

  /** A model with an input for each column. */
  static Side oursByInput(int rows) {
    return new Ours(Models.file("mlpcols"), null, allocator -> columns(rows, allocator), "y", rows);
  }

  /** The best raw call of a model with input x [N,32] and output y [N,1]. */
  static RawBest raw(String model, int rows) throws OrtException {
    return raw(model, rows, true);
  }

  static RawBest raw(String model, int rows, boolean arena) throws OrtException {
    Map<String, RawBest.Input> x = Map.of("x", RawBest.floats(rows(rows), rows, FEATURES));
    return new RawBest(Models.file(model), arena, x, "y", rows, 1);
  }

  /** The best raw call with a prebuilt tensor for each of 32 inputs. */
  static RawBest rawByInput(int rows) throws OrtException {
    float[] values = rows(rows);
    Map<String, RawBest.Input> inputs = new LinkedHashMap<>();
    for (int i = 0; i < FEATURES; i++) {
      inputs.put("f" + i, RawBest.floats(column(values, i), rows, 1));
    }
    return new RawBest(Models.file("mlpcols"), inputs, "y", rows, 1);
  }
}
