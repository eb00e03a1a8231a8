package io.mlops4j.monitor.stream;

import io.mlops4j.error.DataException;

/**
 * A detector that reads a stream of numbers one value at a time and reports when it has changed.
 *
 * <p><b>After a change.</b> {@link Signal#CHANGE} is reported once. {@link #evidence} then still
 * shows the evidence for it. The next value starts the detector anew; {@link Adwin} keeps the rows
 * since the change instead.
 *
 * <p><b>Special values.</b> NaN means missing. It changes nothing but {@link #skipped}, and {@link
 * #add} repeats the last answer ({@link Signal#STABLE} after a change). Each class says how it
 * treats infinite values.
 *
 * <p><b>Threads.</b> Detectors are not thread safe. Nothing has to be closed.
 */
public interface ChangeDetector {
  /**
   * Reads the next value of the stream.
   *
   * @param value any number; NaN is skipped
   * @return whether the stream has changed
   * @throws IllegalArgumentException if the class restricts its values and the value is outside;
   *     the detector is unchanged then
   */
  Signal add(double value);

  /**
   * {@return the evidence for a change, in the unit of {@link #bound}; never NaN; its size is
   * comparable only between detectors of one class with equal settings}
   */
  double evidence();

  /** {@return the value of {@link #evidence} at which a change is reported} */
  double bound();

  /** {@return the number of values read since the start or the last {@link #reset}} */
  long rows();

  /** {@return the number of values skipped since the start or the last {@link #reset}} */
  long skipped();

  /** Forgets all values. The detector is then equal to a newly started one. */
  void reset();

  /**
   * Returns a snapshot: settings and state. A detector restored from it returns the same signals,
   * bit for bit, as this one.
   *
   * <p>The form, big-endian: the four bytes {@code mlsd}, uint8 class, uint8 version, settings (and
   * reference), int64 rows, int64 skipped, uint8 last signal, state, and a CRC-32C of everything
   * before. Numbers are written whole: int32, int64 or the 64 bits of a double.
   *
   * @return the same bytes for the same settings and state
   */
  byte[] toBytes();

  /**
   * Restores a detector of any class of this package.
   *
   * @param bytes the result of {@link #toBytes}
   * @return a detector in the same state
   * @throws DataException if the bytes are damaged, truncated, of a newer version or no snapshot
   */
  static ChangeDetector fromBytes(byte[] bytes) {
    return switch (SnapshotReader.kind(bytes)) {
      case ADWIN -> Adwin.fromBytes(bytes);
      case CONFORMAL_MARTINGALE -> ConformalMartingale.fromBytes(bytes);
      case E_DETECTOR -> EDetector.fromBytes(bytes);
    };
  }
}
