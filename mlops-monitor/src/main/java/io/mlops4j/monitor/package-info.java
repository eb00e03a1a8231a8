/**
 * Watches live models. {@link io.mlops4j.monitor.ModelMonitor} compares live rows with a reference,
 * joins labels that arrive later, and raises alarms with evidence.
 */
@org.jspecify.annotations.NullMarked
package io.mlops4j.monitor;
