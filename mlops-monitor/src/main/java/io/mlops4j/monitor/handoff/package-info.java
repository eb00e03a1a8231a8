/**
 * The way of rows and labels from the threads of an application to the thread of a monitor: which
 * calls are taken, how they wait in bounded memory, and what that costs.
 */
@NullMarked
package io.mlops4j.monitor.handoff;

import org.jspecify.annotations.NullMarked;
