/** The steps before the first call of a model: engine, lease, comparison of signatures, warm-up. */
@NullMarked
package io.mlops4j.runtime.serving.loading;

import org.jspecify.annotations.NullMarked;
