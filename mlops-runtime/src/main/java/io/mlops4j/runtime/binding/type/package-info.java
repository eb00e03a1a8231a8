/**
 * Element types and their values: as types of Arrow, in native memory, with bitmaps of nulls, and
 * which of them widen exactly.
 */
@NullMarked
package io.mlops4j.runtime.binding.type;

import org.jspecify.annotations.NullMarked;
