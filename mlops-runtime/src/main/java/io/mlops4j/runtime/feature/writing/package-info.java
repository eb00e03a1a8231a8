/** Writes Arrow and Parquet files, which get their name when they are complete. */
@NullMarked
package io.mlops4j.runtime.feature.writing;

import org.jspecify.annotations.NullMarked;
