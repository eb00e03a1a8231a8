package io.mlops4j.rollout;

import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;

/** What the three kinds of verdicts do with their evidence. */
final class EvidenceList {
  private EvidenceList() {}

  static List<Evidence> copy(List<Evidence> evidence) {
    List<Evidence> copy = List.copyOf(Objects.requireNonNull(evidence, "evidence"));
    if (copy.isEmpty()) {
      throw new IllegalArgumentException("evidence: found none, expected at least one entry");
    }
    return copy;
  }

  static String text(String verdict, List<Evidence> evidence) {
    return evidence.stream()
        .map(Evidence::text)
        .collect(Collectors.joining("; ", verdict + ": ", ""));
  }
}
