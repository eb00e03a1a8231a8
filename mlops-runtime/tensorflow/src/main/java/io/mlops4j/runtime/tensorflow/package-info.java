/**
 * Runs TensorFlow SavedModels inside the process. The only package that sees {@code
 * org.tensorflow}; found by {@link java.util.ServiceLoader}.
 *
 * <p>TensorFlow is optional: without its jars the error names the artifacts to add.
 *
 * <p>This package calls the C API that {@code tensorflow-core-native} binds, and not the classes of
 * {@code tensorflow-core-api}. Those classes have no form for int8, int16, uint32 and uint64. They
 * build some twenty objects for each call, which takes longer than the run of a small model. They
 * do not report whether TensorFlow still holds an input's memory after a run. The package of the
 * binding is named internal and may change with a version, so the version is stated, and a test
 * checks it.
 */
@NullMarked
package io.mlops4j.runtime.tensorflow;

import org.jspecify.annotations.NullMarked;
