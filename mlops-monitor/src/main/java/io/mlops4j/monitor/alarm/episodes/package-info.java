/**
 * How findings of watches become episodes and alarms, and how the actions of an application run.
 */
@NullMarked
package io.mlops4j.monitor.alarm.episodes;

import org.jspecify.annotations.NullMarked;
