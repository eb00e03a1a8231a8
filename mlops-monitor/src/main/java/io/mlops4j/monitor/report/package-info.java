/**
 * Renders drift reports: {@link io.mlops4j.monitor.report.HtmlReport} as pages for people, {@link
 * io.mlops4j.monitor.report.JsonReport} as documents for programs. No other package of this module
 * depends on it.
 */
@NullMarked
package io.mlops4j.monitor.report;

import org.jspecify.annotations.NullMarked;
