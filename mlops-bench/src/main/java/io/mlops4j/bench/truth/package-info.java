/** {@code truth}: how often statistical rules are wrong, counted where the answer is known. */
@NullMarked
package io.mlops4j.bench.truth;

import org.jspecify.annotations.NullMarked;
