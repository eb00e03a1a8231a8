/** Counts calls and times their phases; the future of an asynchronous call. */
@NullMarked
package io.mlops4j.runtime.serving.call;

import org.jspecify.annotations.NullMarked;
