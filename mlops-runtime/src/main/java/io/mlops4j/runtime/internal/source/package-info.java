/**
 * Models that lie in plain files: which files belong to one, what format they are, and their bytes
 * read once.
 */
@NullMarked
package io.mlops4j.runtime.internal.source;

import org.jspecify.annotations.NullMarked;
