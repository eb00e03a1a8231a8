package io.mlops4j.monitor.quality;

import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;

/**
 * The results of all checks of some rows. Immutable.
 *
 * @param rows the number of rows that were added
 * @param checkedRows the number of rows whose values were checked; less than {@code rows} with
 *     {@link QualityPolicy#withSampling}
 * @param results one result for each check of each column
 */
public record QualityReport(long rows, long checkedRows, List<QualityResult> results) {
  /**
   * Copies the results.
   *
   * @param rows the number of rows that were added
   * @param checkedRows the number of rows whose values were checked
   * @param results one result for each check of each column
   */
  public QualityReport {
    results = List.copyOf(Objects.requireNonNull(results, "results"));
  }

  /** {@return whether no check failed; true if nothing could be checked} */
  public boolean passed() {
    return failures().isEmpty();
  }

  /** {@return the failed checks, the largest relative effect first; an immutable list} */
  public List<QualityResult.Failed> failures() {
    return results.stream()
        .filter(QualityResult.Failed.class::isInstance)
        .map(QualityResult.Failed.class::cast)
        .sorted((a, b) -> Double.compare(b.relativeEffect(), a.relativeEffect()))
        .toList();
  }

  /** {@return the checks that were not made, with the reasons; an immutable list} */
  public List<QualityResult.NotChecked> notChecked() {
    return results.stream()
        .filter(QualityResult.NotChecked.class::isInstance)
        .map(QualityResult.NotChecked.class::cast)
        .toList();
  }

  /** {@return the number of rows and checks, and a line for each failed check} */
  @Override
  public String toString() {
    List<QualityResult.Failed> failures = failures();
    return "%d rows, %d checks, %d failed, %d not made%s"
        .formatted(
            rows,
            results.size(),
            failures.size(),
            notChecked().size(),
            failures.stream().map(one -> "\n" + one).collect(Collectors.joining()));
  }
}
