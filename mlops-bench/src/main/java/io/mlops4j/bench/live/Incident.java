package io.mlops4j.bench.live;

import java.time.Duration;
import java.util.Set;

/**
 * Something that goes wrong in a stream from a moment on.
 *
 * @param name in the lines
 * @param what happens, for people
 * @param culprits what a notice has to name
 * @param noticeable how long after the beginning it can be noticed at all: its change is small
 *     before
 * @param input changes rows before the model gets them
 * @param output changes answers and labels
 */
record Incident(
    String name,
    String what,
    Set<String> culprits,
    Duration noticeable,
    Change input,
    Change output) {
  /** Changes rows. */
  interface Change {
    /**
     * Changes rows, in place or as a copy.
     *
     * @param rows rows that began after the incident
     * @param age seconds since the beginning
     * @return the changed rows
     */
    Rows change(Rows rows, long age);
  }

  /** One that shows at once, in the inputs. */
  static Incident ofInput(String name, String what, Set<String> culprits, Change change) {
    return new Incident(name, what, culprits, Duration.ZERO, change, (rows, age) -> rows);
  }

  /** One that shows at once, in the answers. */
  static Incident ofAnswers(String name, String what, Set<String> culprits, Change change) {
    return new Incident(name, what, culprits, Duration.ZERO, (rows, age) -> rows, change);
  }

  /** One that shows in the labels, of which those of a day are complete half a day later. */
  static Incident ofLabels(String name, String what, Set<String> culprits, Change change) {
    return new Incident(name, what, culprits, Duration.ofHours(12), (rows, age) -> rows, change);
  }

  /** Whether a notice names a culprit, or a word that has it in it. */
  boolean isNamedBy(String subject) {
    return culprits.stream().anyMatch(subject::contains);
  }
}
