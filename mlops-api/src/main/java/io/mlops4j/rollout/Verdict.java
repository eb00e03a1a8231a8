package io.mlops4j.rollout;

import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

/**
 * The judgement of a {@link Gate}, with the evidence for it. Immutable and thread safe.
 *
 * <p>A verdict holds at least one entry of evidence, so that a record of it explains it.
 */
public sealed interface Verdict {
  /**
   * Returns the measured figures, with the bounds that they were compared to.
   *
   * @return at least one entry; an immutable list
   */
  List<Evidence> evidence();

  /**
   * Joins two verdicts: a failure if one of them is a failure, else inconclusive if one of them is,
   * else a pass.
   *
   * @param other the other verdict
   * @return a verdict with the evidence of both, this one's first
   */
  default Verdict and(Verdict other) {
    Objects.requireNonNull(other, "other");
    List<Evidence> both = Stream.of(this, other).flatMap(one -> one.evidence().stream()).toList();
    if (this instanceof Fail || other instanceof Fail) {
      return new Fail(both);
    }
    return this instanceof Pass && other instanceof Pass ? new Pass(both) : new Inconclusive(both);
  }

  /**
   * The candidate may go on.
   *
   * @param evidence at least one entry
   */
  record Pass(List<Evidence> evidence) implements Verdict {
    /**
     * Copies the evidence.
     *
     * @param evidence at least one entry
     * @throws IllegalArgumentException if there is none
     */
    public Pass {
      evidence = EvidenceList.copy(evidence);
    }

    /** {@return the verdict and the texts of its evidence} */
    @Override
    public String toString() {
      return EvidenceList.text("pass", evidence);
    }
  }

  /**
   * The candidate must go back.
   *
   * @param evidence at least one entry
   */
  record Fail(List<Evidence> evidence) implements Verdict {
    /**
     * Copies the evidence.
     *
     * @param evidence at least one entry
     * @throws IllegalArgumentException if there is none
     */
    public Fail {
      evidence = EvidenceList.copy(evidence);
    }

    /** {@return the verdict and the texts of its evidence} */
    @Override
    public String toString() {
      return EvidenceList.text("fail", evidence);
    }
  }

  /**
   * There is not enough evidence yet, for example because too few rows arrived. Judge again later.
   *
   * @param evidence at least one entry, which says what is missing
   */
  record Inconclusive(List<Evidence> evidence) implements Verdict {
    /**
     * Copies the evidence.
     *
     * @param evidence at least one entry, which says what is missing
     * @throws IllegalArgumentException if there is none
     */
    public Inconclusive {
      evidence = EvidenceList.copy(evidence);
    }

    /** {@return the verdict and the texts of its evidence} */
    @Override
    public String toString() {
      return EvidenceList.text("inconclusive", evidence);
    }
  }
}
