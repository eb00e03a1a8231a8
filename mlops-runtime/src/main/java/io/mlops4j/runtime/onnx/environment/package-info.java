/**
 * ONNX Runtime's environment, of which a process has one: how it starts, its native library,
 * version, shared threads and telemetry.
 */
@NullMarked
package io.mlops4j.runtime.onnx.environment;

import org.jspecify.annotations.NullMarked;
