/**
 * Reads, checks and rewrites ONNX files before ONNX Runtime sees them. Sees the messages of ONNX's
 * protobuf, and nothing of ONNX Runtime.
 */
@NullMarked
package io.mlops4j.runtime.onnx.graph;

import org.jspecify.annotations.NullMarked;
