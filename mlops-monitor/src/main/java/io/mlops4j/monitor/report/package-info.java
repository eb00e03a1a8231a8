/** Drift judged feature by feature, with its evidence, for people and for programs. */
@NullMarked
package io.mlops4j.monitor.report;

import org.jspecify.annotations.NullMarked;
