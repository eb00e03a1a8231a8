/**
 * Ready-made actions for {@link io.mlops4j.monitor.ModelMonitor#onAlarm}: a file of JSON lines, a
 * signed webhook, and a log. Each counts its deliveries and failures.
 */
@NullMarked
package io.mlops4j.monitor.sink;

import org.jspecify.annotations.NullMarked;
