/** {@link io.mlops4j.runtime.ModelRuntime} loads, runs and deploys models. */
@NullMarked
package io.mlops4j.runtime;

import org.jspecify.annotations.NullMarked;
