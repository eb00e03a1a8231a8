/** The threads of a runtime, and what ends calls at their deadlines. */
@NullMarked
package io.mlops4j.runtime.serving.threads;

import org.jspecify.annotations.NullMarked;
