/** The watch of data quality, and of the delay of labels. */
@NullMarked
package io.mlops4j.monitor.live.watch.quality;

import org.jspecify.annotations.NullMarked;
