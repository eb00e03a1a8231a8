/** Starts an application on the module path and on the class path. */
@NullMarked
package io.mlops4j.bench.modules;

import org.jspecify.annotations.NullMarked;
