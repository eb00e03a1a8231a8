/**
 * The watches of a monitor, which are independent of each other: what they have in common, and how
 * blocks of calls are divided for them.
 */
@NullMarked
package io.mlops4j.monitor.watch;

import org.jspecify.annotations.NullMarked;
