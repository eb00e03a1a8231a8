package io.mlops4j.registry;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * What a verification of a registry found.
 *
 * @param versions how many versions were checked
 * @param records how many records, of aliases and of versions, were checked
 * @param bytes how many bytes of models were read
 * @param breaks what is not as it was recorded, in the order in which it was found: model by model,
 *     versions before records, the oldest first
 * @param moreBreaks how many were found beyond those
 * @param jumps where clocks disagreed by more than the bound of the options; no breaks, since
 *     nothing was altered
 * @param moreJumps how many were found beyond those
 * @param head the head of what was checked, without the chains that are broken; keep it elsewhere
 *     when there is no break
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
   * @param versions how many versions were checked
   * @param records how many records, of aliases and of versions, were checked
   * @param bytes how many bytes of models were read
   * @param breaks what is not as it was recorded, in the order in which it was found: model by
   *     model, versions before records, the oldest first
   * @param moreBreaks how many were found beyond those
   * @param jumps where clocks disagreed by more than the bound of the options
   * @param moreJumps how many were found beyond those
   * @param head the head of what was checked, without the chains that are broken; keep it elsewhere
   *     when there is no break
   */
  public Verification {
    breaks = List.copyOf(breaks);
    jumps = List.copyOf(jumps);
    Objects.requireNonNull(head, "head");
  }

  /**
   * One thing that is not as it was recorded.
   *
   * @param chain the chain it belongs to, as in {@link RegistryHead.Entry#chain}, or {@code
   *     signatures NAME} for a signature that is kept beside a version
   * @param number the version or record, from 1
   * @param place where that is stored: a file, a row
   * @param problem what was found, what was expected and what to do
   */
  public record Break(String chain, long number, String place, String problem) {
    /**
     * Checks the parts.
     *
     * @param chain the chain it belongs to, as in {@link RegistryHead.Entry#chain}, or {@code
     *     signatures NAME} for a signature that is kept beside a version
     * @param number the version or record, from 1
     * @param place where that is stored: a file, a row
     * @param problem what was found, what was expected and what to do
     */
    public Break {
      Objects.requireNonNull(chain, "chain");
      Objects.requireNonNull(place, "place");
      Objects.requireNonNull(problem, "problem");
    }
  }

  /**
   * A version or record whose writer's clock disagreed with others by more than the bound.
   *
   * @param chain the chain it belongs to, as in {@link RegistryHead.Entry#chain}
   * @param number the version or record, from 1
   * @param place where that is stored: a file, a row
   * @param clock what the writer's clock said
   * @param by how far that lies before the records before it, negative; or how far ahead of the
   *     clock of the process that verified, positive
   * @param problem what was found, and what it means
   */
  public record Jump(
      String chain, long number, String place, Instant clock, Duration by, String problem) {
    /**
     * Checks the parts.
     *
     * @param chain the chain it belongs to, as in {@link RegistryHead.Entry#chain}
     * @param number the version or record, from 1
     * @param place where that is stored: a file, a row
     * @param clock what the writer's clock said
     * @param by how far that lies before the records before it, negative; or how far ahead of the
     *     clock of the process that verified, positive
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
   * Whether everything is as it was recorded. Clocks that jumped alter nothing: see {@link #jumps}.
   *
   * @return true if there is no break
   */
  public boolean isIntact() {
    return breaks.isEmpty();
  }

  /**
   * Where the first break is.
   *
   * @return empty if there is none
   */
  public Optional<Break> firstBreak() {
    return breaks.stream().findFirst();
  }
}
