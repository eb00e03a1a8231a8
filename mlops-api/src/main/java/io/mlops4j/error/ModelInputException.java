package io.mlops4j.error;

/**
 * Input that the model cannot take, found before the engine saw it.
 *
 * <p>Nothing was run, and the batch or record is as it was.
 */
public class ModelInputException extends MlopsException {
  private static final long serialVersionUID = 1L;

  private final String column;
  private final String found;
  private final String expected;

  /**
   * Creates the exception; its message reads {@code column: found ..., expected ...}.
   *
   * @param column the column, record component or input that is wrong
   * @param found what was there
   * @param expected what the model takes, and where it helps, what to do
   */
  public ModelInputException(String column, String found, String expected) {
    super(column + ": found " + found + ", expected " + expected, null);
    this.column = column;
    this.found = found;
    this.expected = expected;
  }

  /**
   * The column, record component or input that is wrong.
   *
   * @return its name
   */
  public String column() {
    return column;
  }

  /**
   * What was there.
   *
   * @return a short description
   */
  public String found() {
    return found;
  }

  /**
   * What the model takes.
   *
   * @return a short description
   */
  public String expected() {
    return expected;
  }
}
