/** The watches of a monitor, which are independent of each other: what they have in common. */
@NullMarked
package io.mlops4j.monitor.live.watch;

import org.jspecify.annotations.NullMarked;
