/** The watch that compares a shadow with the version that serves. */
@NullMarked
package io.mlops4j.monitor.live.watch.shadow;

import org.jspecify.annotations.NullMarked;
