/** Readers of rows from files. */
@NullMarked
package io.mlops4j.runtime.feature;

import org.jspecify.annotations.NullMarked;
