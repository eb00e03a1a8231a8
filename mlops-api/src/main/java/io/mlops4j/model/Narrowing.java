package io.mlops4j.model;

import java.util.Locale;

/**
 * Whether a feature's column may have a wider type than the model's input. For example, pandas and
 * Java's {@code double} give float64, and the model takes float32.
 *
 * <p>Conversions that keep every value, such as int32 to int64 or float32 to float64, are always
 * made and need no setting.
 */
public enum Narrowing {
  /** A column of a wider type is rejected before any value is read. This is the default. */
  REFUSED,
  /**
   * Each value is converted and checked in the same pass. A value that does not fit is rejected
   * with {@link io.mlops4j.error.ModelInputException}, which names the column, the row, the value
   * and the range. The model does not run.
   *
   * <ul>
   *   <li>float64 to float32 rounds to the nearest float32, like Java's {@code (float)} cast. So do
   *       float64 and float32 to float16 and bfloat16. A finite value that would become infinite is
   *       rejected. NaN stays NaN, and an infinity stays that infinity. A value that is too small
   *       for the narrower type becomes 0 or the nearest subnormal number.
   *   <li>Whole numbers convert to every other type of whole numbers, for example int64 to int32,
   *       and to float32 and float64, if the narrower type holds the value exactly. Otherwise the
   *       value is rejected. Every whole number up to 2<sup>24</sup> is exact in float32, and up to
   *       2<sup>53</sup> in float64.
   * </ul>
   *
   * <p>Floats do not become whole numbers, and numbers do not become text or booleans. For an input
   * of text or booleans, this setting changes nothing.
   */
  CHECKED;

  /** Returns the name in lower case, for example {@code checked}. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
