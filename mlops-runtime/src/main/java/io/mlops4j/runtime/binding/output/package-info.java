/** Reads an engine's answers as Arrow columns, Java values and records. */
@NullMarked
package io.mlops4j.runtime.binding.output;

import org.jspecify.annotations.NullMarked;
