/** Rows in Arrow columns, and where they come from. */
@NullMarked
package io.mlops4j.feature;

import org.jspecify.annotations.NullMarked;
