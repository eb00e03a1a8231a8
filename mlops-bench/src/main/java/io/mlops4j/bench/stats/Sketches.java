package io.mlops4j.bench.stats;

import org.apache.arrow.vector.Float4Vector;
import org.apache.datasketches.hll.HllSketch;
import org.apache.datasketches.kll.KllFloatsSketch;

/** What one takes to profile a float column: sketches, Welford's moments, extremes, missing. */
final class Sketches {
  private final KllFloatsSketch quantiles = KllFloatsSketch.newHeapInstance(200);
  private final HllSketch distinct = new HllSketch(12);
  private long count;
  private long missing;
  private double mean;
  private double scatter;
  private double min = Double.POSITIVE_INFINITY;
  private double max = Double.NEGATIVE_INFINITY;

  void add(Float4Vector column) {
    int rows = column.getValueCount();
    for (int row = 0; row < rows; row++) {
      if (column.isNull(row)) {
        missing++;
      } else {
        float value = column.get(row);
        if (Float.isNaN(value)) {
          missing++;
        } else {
          add(value);
        }
      }
    }
  }

  private void add(float value) {
    quantiles.update(value);
    distinct.update(value);
    count++;
    double delta = value - mean;
    mean += delta / count;
    scatter += delta * (value - mean);
    min = Math.min(min, value);
    max = Math.max(max, value);
  }

  double mean() {
    return mean;
  }

  double deviation() {
    return Math.sqrt(scatter / count);
  }

  double distinct() {
    return distinct.getEstimate();
  }

  double median() {
    return quantiles.getQuantile(0.5);
  }

  double range() {
    return max - min;
  }

  long missing() {
    return missing;
  }
}
