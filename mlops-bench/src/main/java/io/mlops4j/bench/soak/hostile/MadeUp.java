package io.mlops4j.bench.soak.hostile;

import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.inference.Model;
import io.mlops4j.model.TensorSpec;
import io.mlops4j.model.ValueSpec;
import java.util.Arrays;
import org.apache.arrow.memory.BufferAllocator;

/** A batch that fits a model of which only the signature is known, as far as that tells. */
final class MadeUp {
  private static final long MOST = 1 << 16;

  /** The floats of the second half of the rows; those of the first half are 0. */
  private static final int LATER = 7;

  private MadeUp() {}

  /**
   * A row, or two where the model lets one choose. What cannot be made is left out, and the model
   * will say that it is missing.
   */
  static FeatureBatch batch(Model model, BufferAllocator allocator) {
    FeatureBatch.Builder columns = FeatureBatch.builder(allocator);
    int rows = rows(model);
    for (ValueSpec input : model.signature().inputs()) {
      if (input instanceof TensorSpec tensor) {
        add(columns, tensor, rows);
      }
    }
    return columns.build();
  }

  private static int rows(Model model) {
    long rows = 2;
    for (ValueSpec input : model.signature().inputs()) {
      if (input instanceof TensorSpec tensor) {
        rows = tensor.shape().isEmpty() ? 1 : tensor.shape().get(0).size().orElse(rows);
      }
    }
    return (int) Math.max(0, Math.min(rows, 64));
  }

  private static void add(FeatureBatch.Builder columns, TensorSpec tensor, int rows) {
    long[] shape = tensor.shape().stream().skip(1).mapToLong(dim -> dim.size().orElse(2)).toArray();
    double values = rows;
    for (long size : shape) {
      values *= size;
    }
    if (values <= 0 || values > MOST) {
      return; // a row without values has no length to tell
    }
    int count = (int) values;
    switch (tensor.type()) {
      case FLOAT32 -> {
        float[] numbers = new float[count];
        Arrays.fill(numbers, count / 2, count, LATER);
        columns.floats(tensor.name(), numbers);
      }
      case FLOAT64 -> {
        double[] numbers = new double[count];
        Arrays.fill(numbers, count / 2, count, LATER);
        columns.doubles(tensor.name(), numbers);
      }
      case INT32 -> columns.ints(tensor.name(), new int[count]);
      case INT64 -> columns.longs(tensor.name(), new long[count]);
      case BOOL -> columns.booleans(tensor.name(), new boolean[count]);
      case STRING -> {
        String[] texts = new String[count];
        Arrays.fill(texts, "text");
        columns.strings(tensor.name(), texts);
      }
      default -> {
        return;
      }
    }
    if (shape.length > 0) {
      columns.asTensors(shape);
    }
  }
}
