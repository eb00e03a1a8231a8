package io.mlops4j.model;

import java.util.Locale;

/**
 * Whether a feature's column may hold a wider type than the model's input, such as the float64 of
 * pandas and of Java's {@code double} where the model takes float32.
 *
 * <p>Conversions that keep every value, such as int32 to int64 or float32 to float64, are always
 * made and need no permission.
 */
public enum Narrowing {
  /** A column of a wider type is refused before any value is read; the default. */
  REFUSED,
  /**
   * Each value is converted and checked in the same pass. A value that does not fit is rejected
   * with {@link io.mlops4j.error.ModelInputException}, which names the column, the row, the value
   * and the range; the model is not run.
   *
   * <ul>
   *   <li>float64 to float32 rounds to the nearest float32, as Java's {@code (float)} cast does; so
   *       do float64 and float32 to float16 and bfloat16. A finite value that would become infinite
   *       is rejected. NaN stays NaN, an infinity stays that infinity, and a value too small for
   *       the narrower type becomes 0 or the nearest subnormal number.
   *   <li>Whole numbers go into every other type of whole numbers, for example int64 into int32,
   *       and into float32 and float64, if the narrower type holds the value exactly; otherwise the
   *       value is rejected. Every whole number up to 2<sup>24</sup> is exact in float32, up to
   *       2<sup>53</sup> in float64.
   * </ul>
   *
   * <p>Floats never become whole numbers, and nothing becomes text or a boolean: for an input of
   * text or booleans, this changes nothing.
   */
  CHECKED;

  /** For people and documents, for example {@code checked}. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
