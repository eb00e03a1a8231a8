package io.mlops4j.inference;

/**
 * The importance of a call; see {@link CallOptions#withPriority}.
 *
 * <p>A deployment with load shedding rejects less important calls first. Calls that wait in the
 * runtime, for micro-batching or because they are asynchronous, run by priority, and those of one
 * priority in their order. A call that runs is not interrupted. While more important calls keep
 * coming as fast as they are answered, less important ones with micro-batching wait until their
 * deadline or wait limit, without end if they have neither. Asynchronous calls without
 * micro-batching wait behind no call that came ten seconds later.
 */
public enum Priority {
  /** Rejected first and run last, such as a batch job that can be repeated later. */
  LOW,
  /** The priority of a call that sets none. */
  NORMAL,
  /** Rejected last and run first, such as a call that a user waits for. */
  HIGH
}
