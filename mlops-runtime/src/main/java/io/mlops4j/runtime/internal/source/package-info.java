/** Models in plain files: which files belong to a model, their format, and their bytes. */
@NullMarked
package io.mlops4j.runtime.internal.source;

import org.jspecify.annotations.NullMarked;
