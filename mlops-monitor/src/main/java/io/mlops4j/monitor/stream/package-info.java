/**
 * Sequential change detectors: each reads one stream of numbers, a value at a time, and reports
 * when the stream has changed.
 *
 * <p>Every detector has the same three steps: a factory of immutable settings, {@code with...},
 * then {@code start()} (or {@code against(reference)}), which returns a running {@link
 * io.mlops4j.monitor.stream.ChangeDetector}. Settings are thread safe and start any number of
 * detectors. Running detectors are not thread safe.
 *
 * <p>{@link io.mlops4j.monitor.stream.EDetector} and {@link
 * io.mlops4j.monitor.stream.ConformalMartingale} state how often they raise false alarms. {@link
 * io.mlops4j.monitor.stream.Adwin} is well known and states no such budget.
 *
 * <p>Running detectors allocate no memory per row, except that {@code Adwin} doubles its arrays
 * when the window reaches a new power of two.
 */
@NullMarked
package io.mlops4j.monitor.stream;

import org.jspecify.annotations.NullMarked;
