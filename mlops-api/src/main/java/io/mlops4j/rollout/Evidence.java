package io.mlops4j.rollout;

import java.util.Objects;

/**
 * One measured figure beside the bound that it was held against.
 *
 * @param name what was measured, for example {@code roc_auc}
 * @param measured the figure; NaN when it could not be measured
 * @param bound what it was held against; NaN when there is none
 * @param text the same for people, in one sentence
 */
public record Evidence(String name, double measured, double bound, String text) {
  /**
   * Checks that nothing is null.
   *
   * @param name what was measured, for example {
   * @param measured the figure; NaN when it could not be measured
   * @param bound what it was held against; NaN when there is none
   * @param text the same for people, in one sentence
   */
  public Evidence {
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(text, "text");
  }

  /**
   * The sentence for people.
   *
   * @return the text
   */
  @Override
  public String toString() {
    return text;
  }
}
