/**
 * Devices that run models: those that a request names and this machine has, and why others lack.
 */
@NullMarked
package io.mlops4j.runtime.onnx.device;

import org.jspecify.annotations.NullMarked;
