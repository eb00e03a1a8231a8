package io.mlops4j.samples.quickstart;

import io.mlops4j.inference.ServedBy;

/**
 * One answer: the probability that the flight arrives more than 15 minutes late, and its version.
 */
record Delay(float probability, ServedBy servedBy) {}
