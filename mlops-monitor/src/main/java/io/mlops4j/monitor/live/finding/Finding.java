package io.mlops4j.monitor.live.finding;

import io.mlops4j.monitor.live.state.StateReader;
import io.mlops4j.monitor.live.state.StateWriter;
import io.mlops4j.rollout.Evidence;
import java.util.Set;

/**
 * A problem that a watch found in one judgement.
 *
 * @param measure the way in which the subject differs; a new one in an open episode is announced
 * @param relative the effect in units of its bound: 1 at the bound; twice the effect that was last
 *     announced is announced again
 * @param small whether it opens an episode only if another judgement finds it again
 * @param slices the names of the slices in which it was found; {@link Judged#ALL_ROWS} without
 *     slices
 */
public record Finding(
    Subject subject,
    String measure,
    double relative,
    Evidence evidence,
    boolean small,
    Set<String> slices) {

  /** An effect of so many times the one that was last announced is announced again. */
  public static final double WORSE = 2;

  /** Drift of so many times its bound opens an episode at once. */
  public static final double LARGE = 2;

  public Finding {
    slices = Set.copyOf(slices);
  }

  /** Creates a finding in all rows that opens an episode at once. */
  public Finding(Subject subject, String measure, double relative, Evidence evidence) {
    this(subject, measure, relative, evidence, false, Judged.ALL_ROWS);
  }

  Finding ofSlice(String name) {
    return new Finding(subject, measure, relative, evidence, small, Set.of(name));
  }

  public void write(StateWriter out) {
    subject.write(out);
    out.put(measure).put(relative).put(evidence).put(small).put(slices);
  }

  /** Reads what {@link #write} wrote. */
  public static Finding read(StateReader in) {
    return new Finding(
        Subject.read(in), in.text(), in.number(), in.evidence(), in.flag(), in.texts());
  }
}
