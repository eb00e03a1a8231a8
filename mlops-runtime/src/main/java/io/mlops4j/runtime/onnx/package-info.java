/**
 * Runs ONNX models on ONNX Runtime. The only package that sees {@code ai.onnxruntime}; found by
 * {@link java.util.ServiceLoader}.
 */
@NullMarked
package io.mlops4j.runtime.onnx;

import org.jspecify.annotations.NullMarked;
