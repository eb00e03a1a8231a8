/**
 * What runs behind a monitor. A row goes one way: {@code intake}, {@code window}, {@code watch},
 * {@code finding}, {@code incident}, {@code alarm}. Each knows only the next; a finding is what
 * watches tell and incidents take. This package joins them: the monitor's thread and its loop, the
 * settings, and what is stored of all stages.
 */
@NullMarked
package io.mlops4j.monitor.live;

import org.jspecify.annotations.NullMarked;
