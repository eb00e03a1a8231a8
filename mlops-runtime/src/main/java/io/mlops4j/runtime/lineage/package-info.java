/** Which versions and data sets a version was made from, and what was made from them. */
@NullMarked
package io.mlops4j.runtime.lineage;

import org.jspecify.annotations.NullMarked;
