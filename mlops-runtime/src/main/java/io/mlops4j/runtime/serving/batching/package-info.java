/** Groups waiting records and small batches into one engine run. */
@NullMarked
package io.mlops4j.runtime.serving.batching;

import org.jspecify.annotations.NullMarked;
