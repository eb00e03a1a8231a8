/** Readers of rows from files and other sources. */
@NullMarked
package io.mlops4j.runtime.feature;

import org.jspecify.annotations.NullMarked;
