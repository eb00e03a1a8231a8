/**
 * Opens files and queries for reading, and starts files. {@link DataFiles} chooses the room that
 * does it.
 */
@NullMarked
package io.mlops4j.runtime.feature;

import org.jspecify.annotations.NullMarked;
