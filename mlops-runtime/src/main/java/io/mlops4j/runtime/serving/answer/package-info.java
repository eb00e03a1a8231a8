/** Answers of calls, and the Arrow memory that their views need. */
@NullMarked
package io.mlops4j.runtime.serving.answer;

import org.jspecify.annotations.NullMarked;
