package io.mlops4j.runtime.serving;

import io.mlops4j.inference.InferenceEvent.Phase;

/** How long the parts of a call took. Not thread safe. */
@SuppressWarnings("EnumOrdinal") // an array by phase costs a call nothing, a map would
final class CallTimes {
  private static final Phase[] PHASES = Phase.values();

  private int next;
  private final long[] nanos = new long[Phase.values().length];
  private long last;

  CallTimes() {
    this(System.nanoTime());
  }

  /** Of a call that began some time ago. */
  CallTimes(long since) {
    this.last = since;
  }

  /** Of a call that waited, and runs since some time. */
  static CallTimes running(long since, long began) {
    CallTimes times = new CallTimes(began);
    times.nanos[Phase.QUEUE.ordinal()] = began - since;
    times.begin(Phase.RUN);
    return times;
  }

  /** Of one of several calls that this run answered, which waited so long for it. */
  CallTimes waited(long wait) {
    CallTimes times = new CallTimes(last);
    times.add(this);
    times.nanos[Phase.QUEUE.ordinal()] += wait;
    return times;
  }

  /** A copy for another thread, until {@link #set}. */
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

  /** A part ended here, and the next begins. */
  void end(Phase phase) {
    long now = System.nanoTime();
    nanos[phase.ordinal()] += now - last;
    last = now;
    next = phase.ordinal() + 1;
  }

  /** The next part, if it is not the one after that which ended last. */
  void begin(Phase phase) {
    next = phase.ordinal();
  }

  /** The call failed here, in the part that follows the one that ended last. */
  void fail() {
    end(PHASES[Math.min(next, PHASES.length - 1)]);
  }

  void add(CallTimes other) {
    for (int i = 0; i < nanos.length; i++) {
      nanos[i] += other.nanos[i];
    }
  }

  long nanos(Phase phase) {
    return nanos[phase.ordinal()];
  }
}
