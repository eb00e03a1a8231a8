/**
 * Decision trees, evaluated in Java. Knows ONNX's definition of an ensemble of trees, but neither
 * ONNX Runtime nor the rest of a graph.
 */
@NullMarked
package io.mlops4j.runtime.onnx.tree;

import org.jspecify.annotations.NullMarked;
