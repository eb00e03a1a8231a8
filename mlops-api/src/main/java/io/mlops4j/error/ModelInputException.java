package io.mlops4j.error;

/**
 * Thrown when the model cannot accept an input. The input is checked before the engine reads it.
 *
 * <p>The model did not run, and the batch or record is unchanged.
 */
public class ModelInputException extends MlopsException {
  private static final long serialVersionUID = 1L;

  private final String column;
  private final String found;
  private final String expected;

  /**
   * Creates the exception; its message reads {@code column: found ..., expected ...}.
   *
   * @param column the wrong column, record component or input
   * @param found a short description of what was found
   * @param expected what the model accepts, and what to do if that is not obvious
   */
  public ModelInputException(String column, String found, String expected) {
    super(column + ": found " + found + ", expected " + expected, null);
    this.column = column;
    this.found = found;
    this.expected = expected;
  }

  /**
   * Returns the wrong column, record component or input.
   *
   * @return its name
   */
  public String column() {
    return column;
  }

  /**
   * Returns what was found.
   *
   * @return a short description
   */
  public String found() {
    return found;
  }

  /**
   * Returns what the model accepts.
   *
   * @return a short description
   */
  public String expected() {
    return expected;
  }
}
