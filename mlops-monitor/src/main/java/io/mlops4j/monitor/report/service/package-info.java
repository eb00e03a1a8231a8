/** What the command line finds with the service loader: summaries, comparisons and checks. */
@NullMarked
package io.mlops4j.monitor.report.service;

import org.jspecify.annotations.NullMarked;
