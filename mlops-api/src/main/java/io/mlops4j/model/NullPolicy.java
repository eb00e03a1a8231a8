package io.mlops4j.model;

import java.util.Objects;

/**
 * What a null in a feature's column means for the model.
 *
 * <p>Engines know no null. NaN in a float column is a value, not a null, and always passes.
 */
public sealed interface NullPolicy {
  /** The policies without a value of their own. */
  enum Fixed implements NullPolicy {
    /** A null is refused with {@link io.mlops4j.error.ModelInputException}; the default. */
    REJECT,
    /** A null becomes NaN; only for float features. */
    NAN
  }

  /**
   * A null becomes this value.
   *
   * @param value a number, text or boolean that the feature's type can hold
   */
  record Default(Object value) implements NullPolicy {
    /**
     * Checks the value's kind.
     *
     * @param value a number, text or boolean that the feature's type can hold
     * @throws IllegalArgumentException if it is not a Byte, Short, Integer, Long, Float, Double,
     *     String or Boolean
     */
    public Default {
      Objects.requireNonNull(value, "value");
      Values.check("value", value);
    }
  }
}
