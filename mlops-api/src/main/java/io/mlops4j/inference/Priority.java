package io.mlops4j.inference;

/**
 * The importance of a call. A deployment with load shedding rejects less important calls first; see
 * {@link CallOptions#withPriority}.
 */
public enum Priority {
  /** Rejected first, such as a batch job that can be repeated later. */
  LOW,
  /** The priority of a call that sets none. */
  NORMAL,
  /** Rejected last, such as a call that a user waits for. */
  HIGH
}
