/** Many callers: what batching, deadlines and listeners cost and bring. */
@NullMarked
package io.mlops4j.bench.serving;

import org.jspecify.annotations.NullMarked;
