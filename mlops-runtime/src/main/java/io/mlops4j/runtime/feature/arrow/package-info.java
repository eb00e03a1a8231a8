/**
 * Batches of Arrow files: several files as one, chosen rows and columns, chosen sizes, and columns
 * without dictionary codes.
 */
@NullMarked
package io.mlops4j.runtime.feature.arrow;

import org.jspecify.annotations.NullMarked;
