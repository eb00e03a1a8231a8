package io.mlops4j.runtime.onnx.tree;

/**
 * Finishes the classes of a classification, as ONNX Runtime does. Of two classes, one may have no
 * weights: its score then follows from the other's.
 *
 * @param oneSided whether all weights belong to one of two classes
 * @param positive whether no weight is negative, so that the score of one class is its share
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record ClassFinish(
    long[] labels, float[] base, Transform transform, boolean oneSided, boolean positive)
    implements Finish {
  ClassFinish {
    boolean one = labels.length == 2 && base.length == 1 && oneSided;
    if (labels.length < 2) {
      throw new UnfitTreesException("they have a single class");
    }
    if (!(base.length == 0 || base.length == labels.length || one)) {
      // ONNX Runtime writes only the first of two scores if both have weights, but one base value.
      throw new UnfitTreesException(
          "%d classes have %d base values".formatted(labels.length, base.length));
    }
  }

  @Override
  public long row(Scores scores, int row) {
    return labels.length == 2 ? two(scores, 2 * row) : many(scores, labels.length * row);
  }

  private long many(Scores scores, int from) {
    int best = -1;
    for (int i = 0; i < labels.length; i++) {
      int at = from + i;
      if (base.length > 0) {
        scores.values[at] = scores.found[at] ? scores.values[at] + base[i] : base[i];
        scores.found[at] = true;
      }
      if (scores.found[at] && (best < 0 || scores.values[at] > scores.values[from + best])) {
        best = i;
      }
    }
    transform.apply(scores.values, from, labels.length);
    return labels[best];
  }

  private long two(Scores scores, int from) {
    float[] s = scores.values;
    boolean second = scores.found[from + 1];
    if (base.length == 2 && second) {
      s[from + 1] = base[1] + s[from];
      s[from] = -s[from + 1];
    } else if (base.length == 2) {
      s[from + 1] += base[1];
      s[from] += base[0];
    } else if (base.length == 1) {
      s[from] += base[0];
    }
    float score = second ? s[from + 1] : s[from];
    long label = score > 0 ? 1 : 0;
    if (oneSided) {
      label = labels[score > (positive ? 0.5 : 0) ? 1 : 0];
    }
    if (second || base.length == 2) {
      scores.dropMissing(from, 2);
      transform.apply(s, from, 2);
    } else if (transform == Transform.LOGISTIC) {
      s[from] = Transform.logistic(-score);
      s[from + 1] = Transform.logistic(score);
    } else {
      s[from] = oneSided && positive ? 1 - score : -score;
      s[from + 1] = score;
    }
    return label;
  }
}
