package io.mlops4j.runtime.registry.store;

import io.mlops4j.registry.Verification;
import io.mlops4j.runtime.internal.card.Shown;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** Finds records of a registry whose writers' clocks disagreed by more than a tolerance. */
final class Clocks {
  private final Instant now;
  private final Duration tolerance;
  private final int most;
  private final List<Verification.Jump> jumps = new ArrayList<>();
  private long moreJumps;

  /**
   * Creates an empty list of jumps.
   *
   * @param now the time of this process's clock
   * @param tolerance the largest difference that is not a jump
   * @param most the number of jumps to list; further jumps are only counted
   */
  Clocks(Instant now, Duration tolerance, int most) {
    this.now = now;
    this.tolerance = tolerance;
    this.most = most;
  }

  List<Verification.Jump> jumps() {
    return jumps;
  }

  long moreJumps() {
    return moreJumps;
  }

  Chain chain(String name) {
    return new Chain(name);
  }

  /** The times of one chain, from its beginning. */
  final class Chain {
    private final String name;
    private Instant latest = Instant.MIN;

    private Chain(String name) {
      this.name = name;
    }

    /**
     * Checks the next record.
     *
     * @param at its time in the chain
     * @param clock the time of its writer's clock
     */
    void next(long number, String place, Instant at, Instant clock) {
      // Durations are compared, because a written time minus the tolerance may be no Instant.
      Duration behind = Duration.between(clock, latest);
      Duration ahead = Duration.between(now, clock);
      if (behind.compareTo(tolerance) > 0) {
        String problem =
            " after a time of %s, %s earlier, expected at most %s; its writer's clock was behind, "
                + "or an earlier one's was ahead: set the clocks of both machines";
        jump(
            number,
            place,
            clock,
            behind.negated(),
            problem.formatted(latest, Shown.span(behind), Shown.span(tolerance)));
      } else if (ahead.compareTo(tolerance) > 0) {
        String problem =
            ", %s ahead of the clock here, expected at most %s; its writer's clock was ahead, or "
                + "the one here is behind: later records get its time until clocks reach it";
        jump(
            number,
            place,
            clock,
            ahead,
            problem.formatted(Shown.span(ahead), Shown.span(tolerance)));
      }
      latest = at.isAfter(latest) ? at : latest;
    }

    private void jump(long number, String place, Instant clock, Duration by, String problem) {
      if (jumps.size() < most) {
        String text = place + ": found the clock reading " + clock + problem;
        jumps.add(new Verification.Jump(name, number, place, clock, by, text));
      } else {
        moreJumps++;
      }
    }
  }
}
