/**
 * Calls ONNX Runtime's C functions through {@code java.lang.foreign}, on Java 22 and later.
 *
 * <p>The functions belong to the library file that ONNX Runtime's own Java package has loaded, so a
 * process has one copy and one environment. Sessions that are opened here do not depend on objects
 * of that package. Everything here is compiled for Java 17, which lacks {@code java.lang.foreign}.
 */
@NullMarked
package io.mlops4j.runtime.onnx.foreign;

import org.jspecify.annotations.NullMarked;
