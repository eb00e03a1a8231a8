/**
 * What becomes of a registry when its process is killed, or the power fails: against a record of
 * what was acknowledged.
 */
@NullMarked
package io.mlops4j.bench.crash;

import org.jspecify.annotations.NullMarked;
