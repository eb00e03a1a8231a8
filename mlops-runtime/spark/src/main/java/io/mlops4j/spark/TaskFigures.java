package io.mlops4j.spark;

import java.io.Serializable;

/**
 * What one task has done.
 *
 * @param profile of the rows of the task, as bytes; empty if it was not asked for
 */
record TaskFigures(int stage, int partition, long rows, long calls, long nanos, String profile)
    implements Serializable {
  private static final long serialVersionUID = 1L;
}
