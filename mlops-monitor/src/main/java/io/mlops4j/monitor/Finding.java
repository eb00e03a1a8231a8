package io.mlops4j.monitor;

import io.mlops4j.rollout.Evidence;

/**
 * A problem that a watch found in one judgement.
 *
 * @param measure the way in which the subject differs; a new one in an open episode is announced
 * @param relative the effect in units of its bound: 1 at the bound; twice the effect that was last
 *     announced is announced again
 */
record Finding(Subject subject, String measure, double relative, Evidence evidence) {}
