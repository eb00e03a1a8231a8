/**
 * How findings of watches become incidents and alarms, and how the actions of an application run.
 * An episode is the state of one column or figure in an incident.
 */
@NullMarked
package io.mlops4j.monitor.alarm.incidents;

import org.jspecify.annotations.NullMarked;
