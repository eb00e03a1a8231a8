/** Real flights, a sample that is always there and three million where they are. */
@NullMarked
package io.mlops4j.bench.flights;

import org.jspecify.annotations.NullMarked;
