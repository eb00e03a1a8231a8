/** What a deployment adds to the calls of its model. */
@NullMarked
package io.mlops4j.bench.deployment;

import org.jspecify.annotations.NullMarked;
