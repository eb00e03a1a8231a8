package io.mlops4j.model;

import java.util.Objects;

/**
 * What a null in a feature's column means for the model. Immutable, thread safe values with
 * equality.
 *
 * <p>Engines have no nulls. NaN in a float column is a value, not a null, and is always passed to
 * the model.
 */
public sealed interface NullPolicy permits FixedNullPolicy, NullPolicy.Replacement {
  /**
   * Rejects a null with {@link io.mlops4j.error.ModelInputException}. This is the default.
   *
   * @return the policy
   */
  static NullPolicy reject() {
    return FixedNullPolicy.REJECT;
  }

  /**
   * Replaces a null by NaN. It is only for features with a float type.
   *
   * @return the policy
   */
  static NullPolicy nan() {
    return FixedNullPolicy.NAN;
  }

  /**
   * Replaces a null by a value.
   *
   * @param value a number, text or boolean that the feature's type can hold
   * @return the policy
   * @throws IllegalArgumentException if the value is not a Byte, Short, Integer, Long, Float,
   *     Double, String or Boolean
   */
  static NullPolicy replaceWith(Object value) {
    return new Replacement(value);
  }

  /**
   * The policy that replaces a null by a value.
   *
   * @param value a number, text or boolean that the feature's type can hold
   */
  record Replacement(Object value) implements NullPolicy {
    /**
     * Checks the value's class.
     *
     * @param value a number, text or boolean that the feature's type can hold
     * @throws IllegalArgumentException if the value is not a Byte, Short, Integer, Long, Float,
     *     Double, String or Boolean
     */
    public Replacement {
      Objects.requireNonNull(value, "value");
      Values.check("value", value);
    }
  }
}
