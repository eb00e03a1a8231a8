/**
 * The findings of a monitor: incidents from their beginning to their end, the alarms that announce
 * them, and the parts that are not watched.
 */
@NullMarked
package io.mlops4j.monitor.alarm;

import org.jspecify.annotations.NullMarked;
