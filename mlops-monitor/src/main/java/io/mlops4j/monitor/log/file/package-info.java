/**
 * The files of a log, which survive the end of the process: frames with checksums, indexes, and
 * erasure.
 */
@NullMarked
package io.mlops4j.monitor.log.file;

import org.jspecify.annotations.NullMarked;
