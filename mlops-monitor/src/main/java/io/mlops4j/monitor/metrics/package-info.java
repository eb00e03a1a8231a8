/**
 * Figures and spans of calls, through Micrometer, which the application adds: {@code
 * io.micrometer:micrometer-core} for {@link InferenceMeters}, {@code
 * io.micrometer:micrometer-observation} for {@link InferenceObservations}; tested with 1.17.2.
 * Nothing else of the library needs either, and its types are seen here only.
 *
 * <p>The two answer different questions. Meters hear of every call, also of those that no caller
 * sees (a shadow's), and where its time went. Observations surround the calls of one model handle:
 * they are what its caller waited for, and belong to the caller's trace.
 */
@NullMarked
package io.mlops4j.monitor.metrics;

import org.jspecify.annotations.NullMarked;
