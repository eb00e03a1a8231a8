package io.mlops4j.runtime.registry.store;

import io.mlops4j.registry.Verification;
import io.mlops4j.runtime.internal.card.Shown;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** Where the clocks of the writers of a registry disagreed by more than a bound. */
final class Clocks {
  private final Instant now;
  private final Duration tolerance;
  private final int most;
  private final List<Verification.Jump> jumps = new ArrayList<>();
  private long moreJumps;

  /**
   * @param now what this process's clock says
   * @param tolerance what is no jump
   * @param most how many are listed, the rest is counted
   */
  Clocks(Instant now, Duration tolerance, int most) {
    this.now = now;
    this.tolerance = tolerance;
    this.most = most;
  }

  Chain chain(String name) {
    return new Chain(name);
  }

  List<Verification.Jump> jumps() {
    return jumps;
  }

  long moreJumps() {
    return moreJumps;
  }

  /** The times of one chain, from its beginning. */
  final class Chain {
    private final String name;
    private Instant latest = Instant.MIN;

    private Chain(String name) {
      this.name = name;
    }

    /**
     * Takes the next one.
     *
     * @param at its time in the chain
     * @param clock what its writer's clock said
     */
    void next(long number, String place, Instant at, Instant clock) {
      if (!latest.equals(Instant.MIN) && clock.isBefore(latest.minus(tolerance))) {
        Duration by = Duration.between(latest, clock);
        jump(
            number,
            place,
            clock,
            by,
            " after a time of "
                + latest
                + ", "
                + Shown.span(by.negated())
                + " earlier, expected at most "
                + Shown.span(tolerance)
                + "; its writer's clock was behind, or an earlier one's was ahead: set the clocks"
                + " of both machines");
      } else if (clock.isAfter(now.plus(tolerance))) {
        Duration by = Duration.between(now, clock);
        jump(
            number,
            place,
            clock,
            by,
            ", "
                + Shown.span(by)
                + " ahead of the clock here, expected at most "
                + Shown.span(tolerance)
                + "; its writer's clock was ahead, or the one here is behind: later records are"
                + " given its time until clocks reach it");
      }
      latest = at.isAfter(latest) ? at : latest;
    }

    private void jump(long number, String place, Instant clock, Duration by, String problem) {
      if (jumps.size() < most) {
        jumps.add(
            new Verification.Jump(
                name,
                number,
                place,
                clock,
                by,
                place + ": found the clock reading " + clock + problem));
      } else {
        moreJumps++;
      }
    }
  }
}
