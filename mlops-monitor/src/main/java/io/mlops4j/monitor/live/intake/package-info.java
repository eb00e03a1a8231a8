/**
 * The first stage: the way of rows and labels from the threads of an application to the thread of a
 * monitor. Which calls are taken, how they wait, and what that costs.
 */
@NullMarked
package io.mlops4j.monitor.live.intake;

import org.jspecify.annotations.NullMarked;
