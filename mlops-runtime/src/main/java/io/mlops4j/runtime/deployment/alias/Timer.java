package io.mlops4j.runtime.deployment.alias;

import java.time.Duration;

/** Runs short tasks later. Thread safe. */
interface Timer {
  /**
   * Runs a task once.
   *
   * @param delay from now on
   * @param task must neither wait nor call foreign code
   * @return cancels the task unless it has begun
   */
  Runnable after(Duration delay, Runnable task);
}
