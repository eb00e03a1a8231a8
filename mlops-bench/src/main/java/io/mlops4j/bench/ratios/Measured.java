package io.mlops4j.bench.ratios;

/** A side whose cost is not the time of a loop: it starts a process, or counts memory. */
public interface Measured extends Side {
  /**
   * Does the work once.
   *
   * @return what it cost, in the unit that the other side has too
   * @throws Exception if it fails, which ends the comparison
   */
  double measure() throws Exception;

  @Override
  default float run() throws Exception {
    return (float) measure();
  }
}
