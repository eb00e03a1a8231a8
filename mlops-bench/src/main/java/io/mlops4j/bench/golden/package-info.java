/**
 * Recomputes expected values that NumPy, SciPy and scikit-learn made, and says where the library
 * agrees.
 */
@NullMarked
package io.mlops4j.bench.golden;

import org.jspecify.annotations.NullMarked;
