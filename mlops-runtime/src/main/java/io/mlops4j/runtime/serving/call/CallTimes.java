package io.mlops4j.runtime.serving.call;

import io.mlops4j.inference.InferenceEvent.Phase;

/** The durations of the phases of a call. Not thread safe. */
@SuppressWarnings("EnumOrdinal") // an array by phase costs a call nothing, a map would
public final class CallTimes {
  private static final Phase[] PHASES = Phase.values();

  private int next;
  private final long[] nanos = new long[PHASES.length];
  private long last;

  /** Whether the time until the run begins is measured. */
  private boolean waits;

  /** Times of a call that begins now and waits for nothing, unless {@link #waits} is called. */
  public CallTimes() {
    this(System.nanoTime(), false);
  }

  /**
   * Times of a call that waited.
   *
   * @param since when it began, by {@link System#nanoTime}
   */
  public CallTimes(long since) {
    this(since, true);
  }

  private CallTimes(long since, boolean waits) {
    this.last = since;
    this.waits = waits;
  }

  /** Measures the time until {@link #endWait}. */
  public void waits() {
    waits = true;
  }

  /** Ends the wait for a run. Does not read the clock for a call that did not wait. */
  public void endWait() {
    if (waits) {
      end(Phase.QUEUE);
    } else {
      begin(Phase.BIND);
    }
  }

  /**
   * Times of a call that waited and runs.
   *
   * @param since when it began, by {@link System#nanoTime}
   * @param began when its run began
   * @return the times
   */
  public static CallTimes running(long since, long began) {
    CallTimes times = new CallTimes(began);
    times.nanos[Phase.QUEUE.ordinal()] = began - since;
    times.begin(Phase.RUN);
    return times;
  }

  /**
   * Returns the times of one of the calls that this run answered.
   *
   * @param wait how long it waited for the run, in nanoseconds
   * @return the times
   */
  public CallTimes waited(long wait) {
    CallTimes times = new CallTimes(last);
    times.add(this);
    times.nanos[Phase.QUEUE.ordinal()] += wait;
    return times;
  }

  /** {@return a copy for another thread; {@link #set} takes over its values} */
  public CallTimes copy() {
    CallTimes copy = new CallTimes(last);
    copy.set(this);
    return copy;
  }

  /**
   * Takes over the times of a copy.
   *
   * @param other the copy
   */
  public void set(CallTimes other) {
    System.arraycopy(other.nanos, 0, nanos, 0, nanos.length);
    last = other.last;
    next = other.next;
  }

  /**
   * Ends a phase and begins the next one.
   *
   * @param phase ends now
   */
  public void end(Phase phase) {
    long now = System.nanoTime();
    nanos[phase.ordinal()] += now - last;
    last = now;
    next = phase.ordinal() + 1;
  }

  /**
   * Begins a phase that does not follow the one that ended last.
   *
   * @param phase begins now
   */
  public void begin(Phase phase) {
    next = phase.ordinal();
  }

  /** Ends the phase in which the call failed. */
  public void fail() {
    end(PHASES[Math.min(next, PHASES.length - 1)]);
  }

  /**
   * Adds the times of another call.
   *
   * @param other the call
   */
  public void add(CallTimes other) {
    for (int i = 0; i < nanos.length; i++) {
      nanos[i] += other.nanos[i];
    }
  }

  /** {@return the time of all phases in nanoseconds} */
  public long sum() {
    long sum = 0;
    for (long one : nanos) {
      sum += one;
    }
    return sum;
  }

  /**
   * Returns the time of a phase.
   *
   * @param phase of the call
   * @return nanoseconds
   */
  public long nanos(Phase phase) {
    return nanos[phase.ordinal()];
  }
}
