/** Listeners to the calls of a model, and the events that they get. */
@NullMarked
package io.mlops4j.runtime.serving.listening;

import org.jspecify.annotations.NullMarked;
