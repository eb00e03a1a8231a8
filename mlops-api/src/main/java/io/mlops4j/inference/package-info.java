/** Asking a model: batches, records, what comes back, and who listens. */
@NullMarked
package io.mlops4j.inference;

import org.jspecify.annotations.NullMarked;
