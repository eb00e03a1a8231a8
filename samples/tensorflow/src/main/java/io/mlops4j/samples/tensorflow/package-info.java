/** A TensorFlow SavedModel, asked in process. */
@NullMarked
package io.mlops4j.samples.tensorflow;

import org.jspecify.annotations.NullMarked;
