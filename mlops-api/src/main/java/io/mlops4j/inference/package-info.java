/** Calling models with batches and records, reading the answers, and listening to calls. */
@NullMarked
package io.mlops4j.inference;

import org.jspecify.annotations.NullMarked;
