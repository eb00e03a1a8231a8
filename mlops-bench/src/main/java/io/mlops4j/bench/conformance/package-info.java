/**
 * Runs the ONNX project's own tests by ONNX Runtime's Java API and by this library, and compares
 * the answers bit by bit.
 */
@NullMarked
package io.mlops4j.bench.conformance;

import org.jspecify.annotations.NullMarked;
