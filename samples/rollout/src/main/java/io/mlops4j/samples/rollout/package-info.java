/** A bad and a good challenger of a live model: how far each got, and why. */
package io.mlops4j.samples.rollout;
