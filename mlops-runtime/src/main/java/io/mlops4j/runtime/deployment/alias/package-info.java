/** Follows an alias: tries new versions, swaps them in, calls a challenger and rolls back. */
@NullMarked
package io.mlops4j.runtime.deployment.alias;

import org.jspecify.annotations.NullMarked;
