/** Processes that end while calls run. */
@NullMarked
package io.mlops4j.bench.soak.exit;

import org.jspecify.annotations.NullMarked;
