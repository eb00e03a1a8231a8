/** Reads the result of a query of a database, row by row, into batches. */
@NullMarked
package io.mlops4j.runtime.feature.jdbc;

import org.jspecify.annotations.NullMarked;
