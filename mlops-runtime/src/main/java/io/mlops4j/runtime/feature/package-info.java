/** Readers of rows from files and queries, and writers of files. */
@NullMarked
package io.mlops4j.runtime.feature;

import org.jspecify.annotations.NullMarked;
