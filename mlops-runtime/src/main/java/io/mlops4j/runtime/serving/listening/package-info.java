/** Who listens to the calls of a model, and what listeners are told. */
@NullMarked
package io.mlops4j.runtime.serving.listening;

import org.jspecify.annotations.NullMarked;
