/**
 * The second stage: the time of rows, and which calls are handled together because no window ends
 * between them.
 */
@NullMarked
package io.mlops4j.monitor.live.window;

import org.jspecify.annotations.NullMarked;
