package io.mlops4j.runtime.onnx.tree;

/**
 * Finishes the targets of a regression. ONNX Runtime transforms several targets, but not a single
 * one.
 *
 * @param trees the number of trees
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record TargetFinish(int targets, Aggregate aggregate, float[] base, Transform transform, int trees)
    implements Finish {
  TargetFinish {
    if (base.length != 0 && base.length != targets) {
      throw new UnfitTreesException(
          "%d targets have %d base values".formatted(targets, base.length));
    }
  }

  @Override
  public long row(Scores scores, int row) {
    int from = row * targets;
    for (int at = from; at < from + targets; at++) {
      float score = scores.values[at];
      if (aggregate == Aggregate.AVERAGE) {
        score /= trees;
      }
      scores.values[at] = score + (base.length == 0 ? 0 : base[at - from]);
    }
    if (targets > 1) {
      scores.dropMissing(from, targets);
      transform.apply(scores.values, from, targets);
    }
    return 0;
  }
}
