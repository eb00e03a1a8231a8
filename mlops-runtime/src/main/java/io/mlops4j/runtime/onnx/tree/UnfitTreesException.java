package io.mlops4j.runtime.onnx.tree;

/** Trees that Java does not evaluate, or that break ONNX's definition. */
public final class UnfitTreesException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /**
   * Refuses trees.
   *
   * @param reason a clause, for {@link io.mlops4j.model.Placement#treesInEngine}
   */
  public UnfitTreesException(String reason) {
    super(reason, null, false, false);
  }

  /**
   * Returns the reason.
   *
   * @return a clause
   */
  public String reason() {
    return String.valueOf(getMessage());
  }
}
