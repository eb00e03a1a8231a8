/**
 * Records of callers: access to their components, code that writes their numbers, and their rows as
 * columns of Arrow. The inputs of a model are not known here.
 */
@NullMarked
package io.mlops4j.runtime.binding.record;

import org.jspecify.annotations.NullMarked;
