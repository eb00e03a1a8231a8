/**
 * Reads the messages of Arrow IPC files and streams into vectors, and checks every size in them.
 */
@NullMarked
package io.mlops4j.runtime.feature.ipc;

import org.jspecify.annotations.NullMarked;
