/** Model cards as JSON and as pages, and the differences between them. */
@NullMarked
package io.mlops4j.runtime.card;

import org.jspecify.annotations.NullMarked;
