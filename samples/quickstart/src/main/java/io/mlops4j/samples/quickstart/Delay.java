package io.mlops4j.samples.quickstart;

import io.mlops4j.inference.ServedBy;

/** One answer: how likely the flight arrives more than 15 minutes late, and who says so. */
record Delay(float probability, ServedBy servedBy) {}
