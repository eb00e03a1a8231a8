package io.mlops4j.samples.service;

import io.mlops4j.inference.PredictionId;
import io.mlops4j.inference.ServedBy;

/**
 * What the model predicts: one component for each output that callers get, by name.
 *
 * @param probability of an arrival more than 15 minutes late
 * @param id the id by which the label is joined later
 * @param servedBy the version that answered
 */
record Delay(float probability, PredictionId id, ServedBy servedBy) {}
