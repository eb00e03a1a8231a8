/** A TensorFlow SavedModel in process. */
@NullMarked
package io.mlops4j.samples.tensorflow;

import org.jspecify.annotations.NullMarked;
