/**
 * What a monitor finds: problems from their beginning to their end, the alarms that announce them,
 * and what is not watched.
 */
@NullMarked
package io.mlops4j.monitor.alarm;

import org.jspecify.annotations.NullMarked;
