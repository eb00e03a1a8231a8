/** The threads of a runtime, and the timer that ends calls at their deadlines. */
@NullMarked
package io.mlops4j.runtime.serving.threads;

import org.jspecify.annotations.NullMarked;
