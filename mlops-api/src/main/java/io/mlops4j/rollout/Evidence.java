package io.mlops4j.rollout;

import java.util.Objects;

/**
 * One measured figure, with the bound that it was compared to. Immutable and thread safe.
 *
 * @param name the name of the figure, for example {@code roc_auc}
 * @param measured the figure; NaN if it could not be measured
 * @param bound the bound; NaN if there is none
 * @param text one sentence for people
 */
public record Evidence(String name, double measured, double bound, String text) {
  /**
   * Checks that nothing is null.
   *
   * @param name the name of the figure, for example {@code roc_auc}
   * @param measured the figure; NaN if it could not be measured
   * @param bound the bound; NaN if there is none
   * @param text one sentence for people
   */
  public Evidence {
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(text, "text");
  }

  /**
   * Returns the sentence for people.
   *
   * @return the text
   */
  @Override
  public String toString() {
    return text;
  }
}
