/**
 * Runs TensorFlow SavedModels inside the process. The only package that sees {@code
 * org.tensorflow}; found by {@link java.util.ServiceLoader}.
 *
 * <p>TensorFlow is optional: without its jars the error names the artifacts to add.
 *
 * <p>It goes through the C API that {@code tensorflow-core-native} binds, rather than through the
 * classes of {@code tensorflow-core-api}. Those have no form for int8, int16, uint32 and uint64,
 * build some twenty objects for each call, which takes longer than a small model runs, and do not
 * say whether TensorFlow still holds an input's memory after a run. The package of that binding is
 * named internal and may change with a version, so the version is stated, and checked by a test.
 */
@NullMarked
package io.mlops4j.runtime.tensorflow;

import org.jspecify.annotations.NullMarked;
