package io.mlops4j.runtime.onnx.tree;

/** What becomes of the scores of a row at the end, as ONNX defines it for trees. */
enum Transform {
  NONE,
  LOGISTIC,
  SOFTMAX;

  static Transform of(String name) {
    try {
      return valueOf(name);
    } catch (IllegalArgumentException e) {
      throw new UnfitTreesException("the post transform " + name);
    }
  }

  /** Replaces {@code count} scores from {@code from}. */
  void apply(float[] scores, int from, int count) {
    switch (this) {
      case LOGISTIC -> {
        for (int i = from; i < from + count; i++) {
          scores[i] = logistic(scores[i]);
        }
      }
      case SOFTMAX -> softmax(scores, from, from + count);
      case NONE -> {}
    }
  }

  static float logistic(float score) {
    float v = 1 / (1 + Exp.of(-Math.abs(score)));
    return score < 0 ? 1 - v : v;
  }

  private static void softmax(float[] scores, int from, int to) {
    float max = -Float.MAX_VALUE;
    for (int i = from; i < to; i++) {
      if (scores[i] > max) {
        max = scores[i];
      }
    }
    float sum = 0;
    for (int i = from; i < to; i++) {
      scores[i] = Exp.of(scores[i] - max);
      sum += scores[i];
    }
    for (int i = from; i < to; i++) {
      scores[i] /= sum;
    }
  }
}
