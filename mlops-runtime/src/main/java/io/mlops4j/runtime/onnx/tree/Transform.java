package io.mlops4j.runtime.onnx.tree;

/** What becomes of the scores of a row at the end, as ONNX defines it for trees. */
enum Transform {
  NONE,
  LOGISTIC,
  SOFTMAX,
  /** The same, but scores that are NaN or nearly 0 add nothing to the sum. */
  SOFTMAX_ZERO;

  private static final float NEARLY_ZERO = 0.0000001f;

  static Transform of(String name) {
    try {
      return valueOf(name);
    } catch (IllegalArgumentException e) {
      throw new UnfitTreesException("the post transform is " + name);
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
      case SOFTMAX, SOFTMAX_ZERO -> softmax(scores, from, from + count);
      case NONE -> {}
    }
  }

  static float logistic(float score) {
    float v = 1 / (1 + Exp.of(-Math.abs(score)));
    return score < 0 ? 1 - v : v;
  }

  private void softmax(float[] scores, int from, int to) {
    float max = -Float.MAX_VALUE;
    for (int i = from; i < to; i++) {
      if (scores[i] > max) {
        max = scores[i];
      }
    }
    float sum = 0;
    for (int i = from; i < to; i++) {
      if (this == SOFTMAX_ZERO && !(Math.abs(scores[i]) > NEARLY_ZERO)) {
        scores[i] *= Exp.of(-max);
      } else {
        scores[i] = Exp.of(scores[i] - max);
        sum += scores[i];
      }
    }
    for (int i = from; i < to; i++) {
      scores[i] /= sum;
    }
  }
}
