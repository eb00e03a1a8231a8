/**
 * The last stage: alarms within a limit, and the actions of the application, on threads of their
 * own.
 */
@NullMarked
package io.mlops4j.monitor.live.alarm;

import org.jspecify.annotations.NullMarked;
