/** A model in operation: what the monitor finds, and what the prediction log answers later. */
package io.mlops4j.samples.monitoring;
