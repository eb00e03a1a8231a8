package io.mlops4j.runtime.onnx;

import ai.onnxruntime.OrtException;
import io.mlops4j.error.ModelInputException;
import io.mlops4j.spi.StringColumn;
import org.jspecify.annotations.Nullable;

/** The text of one input of a slot, in a tensor for the next run. Not thread safe. */
interface InputText extends AutoCloseable {
  /**
   * Copies text into a tensor.
   *
   * @param dims its shape, which has as many elements as there are values
   * @throws ModelInputException if a value is null or has half of a surrogate pair
   */
  void set(StringColumn values, long[] dims) throws OrtException;

  /** Makes the text invalid, after a run. */
  void drop();

  /** A null inside a tensor of text would end the process. */
  static String present(String input, @Nullable String value, int row) {
    if (value == null) {
      throw new ModelInputException(
          input, "null at " + row, "text; state a null policy for this feature");
    }
    return value;
  }

  /** An unpaired surrogate has no UTF-8 form, so ONNX Runtime would get another text. */
  static ModelInputException halfCharacter(String input, int row) {
    return new ModelInputException(input, "half of a surrogate pair at " + row, "whole characters");
  }

  @Override
  void close();
}
