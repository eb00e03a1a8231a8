package io.mlops4j.runtime.onnx.tree;

/** Trees that this package does not evaluate, or that break ONNX's definition. */
final class UnfitTreesException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  UnfitTreesException(String found) {
    super(found, null, false, false);
  }
}
