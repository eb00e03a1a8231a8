/** Folders that a run makes and deletes. */
@NullMarked
package io.mlops4j.bench.files;

import org.jspecify.annotations.NullMarked;
