/** Loaded models: slots, calls, deadlines, predictions, and what listeners are told. */
@NullMarked
package io.mlops4j.runtime.serving;

import org.jspecify.annotations.NullMarked;
