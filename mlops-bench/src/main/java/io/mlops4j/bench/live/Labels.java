package io.mlops4j.bench.live;

/** Labels that become known at the same time, with what the model had answered. */
final class Labels {
  private final long[] keys;
  private final int[] labels;
  private final float[] scores;

  Labels(int size) {
    keys = new long[size];
    labels = new int[size];
    scores = new float[size];
  }

  void set(int at, long key, int label, float score) {
    keys[at] = key;
    labels[at] = label;
    scores[at] = score;
  }

  int size() {
    return keys.length;
  }

  /** The keys of the rows. */
  long[] keys() {
    return keys;
  }

  /** 1 for the event. */
  int[] labels() {
    return labels;
  }

  float score(int at) {
    return scores[at];
  }
}
