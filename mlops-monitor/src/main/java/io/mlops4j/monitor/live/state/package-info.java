/**
 * The stored state of a monitor: writing and reading it, the folder of snapshots, and the journal
 * between them.
 */
@NullMarked
package io.mlops4j.monitor.live.state;

import org.jspecify.annotations.NullMarked;
