package io.mlops4j.bench.stats;

import io.mlops4j.bench.ratios.Side;
import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.monitor.profile.NumberProfile;
import io.mlops4j.monitor.profile.Profile;
import java.util.List;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.Float4Vector;

/** Profiles float columns; the mean of the first is the answer. */
abstract class FloatColumns implements Side {
  private final BufferAllocator allocator = new RootAllocator();
  private final List<FeatureBatch> batches;

  private FloatColumns(int rows, int columns) {
    batches = Values.batches(allocator, rows, columns);
  }

  List<FeatureBatch> batches() {
    return batches;
  }

  static Side counting(int rows, int columns) {
    return new FloatColumns(rows, columns) {
      private final Profile reference = Profile.of(batches().subList(0, 1));

      @Override
      public float run() {
        return mean(reference.profile(batches()));
      }
    };
  }

  static Side choosing(int rows, int columns) {
    return new FloatColumns(rows, columns) {
      @Override
      public float run() {
        return mean(Profile.of(batches()));
      }
    };
  }

  private static float mean(Profile profile) {
    return (float) ((NumberProfile) profile.column("x0")).mean();
  }

  static Side sketches(int rows, int columns) {
    return new FloatColumns(rows, columns) {
      @Override
      public float run() {
        Sketches[] sketches = new Sketches[columns];
        for (int column = 0; column < columns; column++) {
          sketches[column] = new Sketches();
        }
        for (FeatureBatch batch : batches()) {
          for (int column = 0; column < columns; column++) {
            FieldVector vector = batch.root().getVector(column);
            sketches[column].add((Float4Vector) vector);
          }
        }
        return (float) sketches[0].mean();
      }
    };
  }

  @Override
  public void close() {
    batches.forEach(FeatureBatch::close);
    allocator.close();
  }
}
