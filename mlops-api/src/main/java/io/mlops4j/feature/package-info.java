/** Rows in Arrow columns, and the readers that produce them. */
@NullMarked
package io.mlops4j.feature;

import org.jspecify.annotations.NullMarked;
