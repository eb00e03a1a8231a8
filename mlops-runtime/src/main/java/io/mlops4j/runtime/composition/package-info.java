/**
 * Compositions: several models that are called as one, in sequence or in parallel. A member may be
 * a deployment that follows its own alias.
 */
@NullMarked
package io.mlops4j.runtime.composition;

import org.jspecify.annotations.NullMarked;
