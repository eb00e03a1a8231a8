package io.mlops4j.runtime.serving;

import io.mlops4j.inference.InferenceEvent.Phase;

/** The durations of the phases of a call. Not thread safe. */
@SuppressWarnings("EnumOrdinal") // an array by phase costs a call nothing, a map would
final class CallTimes {
  private static final Phase[] PHASES = Phase.values();

  private int next;
  private final long[] nanos = new long[Phase.values().length];
  private long last;

  /** Whether the time until the run begins is measured. */
  private boolean waits;

  /** Times of a call that begins now and waits for nothing, unless {@link #waits} is called. */
  CallTimes() {
    this(System.nanoTime(), false);
  }

  /** Times of a call that began at {@code since} and waited since then. */
  CallTimes(long since) {
    this(since, true);
  }

  private CallTimes(long since, boolean waits) {
    this.last = since;
    this.waits = waits;
  }

  /** Measures the time until {@link #endWait}. */
  void waits() {
    waits = true;
  }

  /** Ends the wait for a run. Does not read the clock for a call that did not wait. */
  void endWait() {
    if (waits) {
      end(Phase.QUEUE);
    } else {
      begin(Phase.BIND);
    }
  }

  /** Times of a call that waited until {@code began} and runs since then. */
  static CallTimes running(long since, long began) {
    CallTimes times = new CallTimes(began);
    times.nanos[Phase.QUEUE.ordinal()] = began - since;
    times.begin(Phase.RUN);
    return times;
  }

  /**
   * Returns the times of one of the calls that this run answered, which waited for the run for
   * {@code wait} nanoseconds.
   */
  CallTimes waited(long wait) {
    CallTimes times = new CallTimes(last);
    times.add(this);
    times.nanos[Phase.QUEUE.ordinal()] += wait;
    return times;
  }

  /** A copy for another thread. {@link #set} takes over its values. */
  CallTimes copy() {
    CallTimes copy = new CallTimes(last);
    copy.set(this);
    return copy;
  }

  void set(CallTimes other) {
    System.arraycopy(other.nanos, 0, nanos, 0, nanos.length);
    last = other.last;
    next = other.next;
  }

  /** Ends a phase and begins the next one. */
  void end(Phase phase) {
    long now = System.nanoTime();
    nanos[phase.ordinal()] += now - last;
    last = now;
    next = phase.ordinal() + 1;
  }

  /** Begins a phase that does not follow the one that ended last. */
  void begin(Phase phase) {
    next = phase.ordinal();
  }

  /** Ends the phase in which the call failed. */
  void fail() {
    end(PHASES[Math.min(next, PHASES.length - 1)]);
  }

  void add(CallTimes other) {
    for (int i = 0; i < nanos.length; i++) {
      nanos[i] += other.nanos[i];
    }
  }

  /** The time of all phases. */
  long sum() {
    long sum = 0;
    for (long one : nanos) {
      sum += one;
    }
    return sum;
  }

  long nanos(Phase phase) {
    return nanos[phase.ordinal()];
  }
}
