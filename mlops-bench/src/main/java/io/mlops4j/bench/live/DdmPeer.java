package io.mlops4j.bench.live;

import io.mlops4j.feature.FeatureBatch;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** DDM as Gama and others have it, on the errors of the model, in the order of the labels. */
final class DdmPeer implements Watcher {
  private final double threshold;
  private final Ddm detector = new Ddm();
  private final List<Notice> notices = new ArrayList<>();
  private long rows;

  /**
   * A peer.
   *
   * @param threshold the score from which on the event is predicted
   */
  DdmPeer(double threshold) {
    this.threshold = threshold;
  }

  @Override
  public String name() {
    return "ddm";
  }

  @Override
  public void answered(Rows more, FeatureBatch features, FeatureBatch answers, long second) {
    rows += more.size();
  }

  @Override
  public void labelled(Labels labels, long second) {
    for (int i = 0; i < labels.size(); i++) {
      boolean wrong = labels.score(i) >= threshold != (labels.labels()[i] == 1);
      if (detector.rises(wrong)) {
        notices.add(
            new Notice(rows, Instant.ofEpochSecond(second), "PERFORMANCE", List.of("errors")));
      }
    }
  }

  @Override
  public List<Notice> notices() {
    return List.copyOf(notices);
  }
}
