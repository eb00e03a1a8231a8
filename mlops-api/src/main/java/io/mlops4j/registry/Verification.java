package io.mlops4j.registry;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * The result of a verification of a registry. Immutable and thread safe.
 *
 * @param versions the number of versions that were checked
 * @param records the number of records, of aliases and of versions, that were checked
 * @param bytes the number of bytes of models that were read
 * @param breaks what differs from what was recorded, in the order of finding: model by model,
 *     versions before records, the oldest first
 * @param moreBreaks the number of further breaks, which are not listed
 * @param jumps where clocks disagreed by more than the tolerance; they are not breaks, because
 *     nothing was altered
 * @param moreJumps the number of further jumps, which are not listed
 * @param head the head of what was checked, without broken chains; keep it elsewhere if there is no
 *     break
 */
public record Verification(
    long versions,
    long records,
    long bytes,
    List<Break> breaks,
    long moreBreaks,
    List<Jump> jumps,
    long moreJumps,
    RegistryHead head) {
  /**
   * Checks and copies the parts.
   *
   * @param versions the number of versions that were checked
   * @param records the number of records, of aliases and of versions, that were checked
   * @param bytes the number of bytes of models that were read
   * @param breaks what differs from what was recorded, in the order of finding: model by model,
   *     versions before records, the oldest first
   * @param moreBreaks the number of further breaks, which are not listed
   * @param jumps where clocks disagreed by more than the tolerance
   * @param moreJumps the number of further jumps, which are not listed
   * @param head the head of what was checked, without broken chains; keep it elsewhere if there is
   *     no break
   */
  public Verification {
    breaks = List.copyOf(breaks);
    jumps = List.copyOf(jumps);
    Objects.requireNonNull(head, "head");
  }

  /**
   * One difference from what was recorded. Immutable and thread safe.
   *
   * @param chain the chain, as in {@link RegistryHead.Entry#chain}, or {@code signatures NAME} for
   *     a signature that is stored beside a version
   * @param number the number of the version or record, from 1
   * @param place where it is stored: a file, or a row of a table
   * @param problem what was found, what was expected, and what to do
   */
  public record Break(String chain, long number, String place, String problem) {
    /**
     * Checks the parts.
     *
     * @param chain the chain, as in {@link RegistryHead.Entry#chain}, or {@code signatures NAME}
     *     for a signature that is stored beside a version
     * @param number the number of the version or record, from 1
     * @param place where it is stored: a file, or a row of a table
     * @param problem what was found, what was expected, and what to do
     */
    public Break {
      Objects.requireNonNull(chain, "chain");
      Objects.requireNonNull(place, "place");
      Objects.requireNonNull(problem, "problem");
    }
  }

  /**
   * A version or record whose writer's clock disagreed with others by more than the tolerance.
   * Immutable and thread safe.
   *
   * @param chain the chain, as in {@link RegistryHead.Entry#chain}
   * @param number the number of the version or record, from 1
   * @param place where it is stored: a file, or a row of a table
   * @param clock the time by the writer's clock
   * @param by how far that time is before the records before it (negative), or ahead of the clock
   *     of the verifying process (positive)
   * @param problem what was found, and what it means
   */
  public record Jump(
      String chain, long number, String place, Instant clock, Duration by, String problem) {
    /**
     * Checks the parts.
     *
     * @param chain the chain, as in {@link RegistryHead.Entry#chain}
     * @param number the number of the version or record, from 1
     * @param place where it is stored: a file, or a row of a table
     * @param clock the time by the writer's clock
     * @param by how far that time is before the records before it (negative), or ahead of the clock
     *     of the verifying process (positive)
     * @param problem what was found, and what it means
     */
    public Jump {
      Objects.requireNonNull(chain, "chain");
      Objects.requireNonNull(place, "place");
      Objects.requireNonNull(clock, "clock");
      Objects.requireNonNull(by, "by");
      Objects.requireNonNull(problem, "problem");
    }
  }

  /**
   * Returns whether everything is as it was recorded. Clocks that disagree alter nothing; see
   * {@link #jumps}.
   *
   * @return true if there is no break
   */
  public boolean isIntact() {
    return breaks.isEmpty();
  }

  /**
   * Returns the first break.
   *
   * @return empty if there is none
   */
  public Optional<Break> firstBreak() {
    return breaks.stream().findFirst();
  }
}
