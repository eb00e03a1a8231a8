/**
 * Gates on the calls of a model: failures and times of a candidate against its baseline. {@link
 * io.mlops4j.monitor.ModelMonitor#gate} adds drift, quality and performance.
 */
@NullMarked
package io.mlops4j.monitor.gate;

import org.jspecify.annotations.NullMarked;
