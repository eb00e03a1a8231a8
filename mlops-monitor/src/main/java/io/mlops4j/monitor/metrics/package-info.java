/**
 * Meters and spans of calls through Micrometer. The application adds the dependency: {@code
 * io.micrometer:micrometer-core} for {@link InferenceMeters}, {@code
 * io.micrometer:micrometer-observation} for {@link InferenceObservations}; tested with 1.17.2. The
 * rest of the library needs neither, and their types occur only in this package.
 *
 * <p>The two answer different questions. Meters count every call, including those without a caller
 * (a shadow's), and show where its time went. Observations surround the calls of one model handle:
 * they cover the time that the caller waited, and belong to the caller's trace.
 */
@NullMarked
package io.mlops4j.monitor.metrics;

import org.jspecify.annotations.NullMarked;
