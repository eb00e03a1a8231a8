/**
 * How findings become incidents, and what of them is announced. An episode is the state of one
 * column or figure in an incident.
 */
@NullMarked
package io.mlops4j.monitor.live.incident;

import org.jspecify.annotations.NullMarked;
