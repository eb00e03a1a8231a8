/** Helpers that several packages of this module share. Not exported. */
@NullMarked
package io.mlops4j.monitor.internal;

import org.jspecify.annotations.NullMarked;
