/** Scores files that are larger than memory. */
@NullMarked
package io.mlops4j.runtime.scoring;

import org.jspecify.annotations.NullMarked;
