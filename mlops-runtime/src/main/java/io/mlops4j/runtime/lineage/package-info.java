/** The parents, children and data sets of model versions. */
@NullMarked
package io.mlops4j.runtime.lineage;

import org.jspecify.annotations.NullMarked;
