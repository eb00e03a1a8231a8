package io.mlops4j.runtime.binding;

import io.mlops4j.error.ModelLoadException;
import io.mlops4j.model.ElementType;
import io.mlops4j.model.Feature;
import io.mlops4j.model.NullPolicy;
import java.math.BigDecimal;
import java.math.BigInteger;
import org.jspecify.annotations.Nullable;

/**
 * The value that replaces a null: bits of the input's type, or text.
 *
 * @param bits the bits of an element, in the lowest bytes
 * @param text the text, only for an input of text
 */
record NullValue(long bits, @Nullable String text) {
  /** Returns null if the feature rejects nulls. */
  static @Nullable NullValue of(Feature feature, ElementType type) {
    if (feature.nulls() instanceof NullPolicy.Replacement given) {
      return of(feature, type, given.value());
    }
    return feature.nulls() == NullPolicy.nan() ? nan(feature, type) : null;
  }

  private static NullValue nan(Feature feature, ElementType type) {
    return switch (type) {
      case FLOAT64 -> new NullValue(Double.doubleToRawLongBits(Double.NaN), null);
      case FLOAT32, FLOAT16, BFLOAT16 -> new NullValue(Narrow.bits(Double.NaN, type), null);
      default -> throw refused(feature, type, "NaN for a null");
    };
  }

  private static NullValue of(Feature feature, ElementType type, Object value) {
    if (type == ElementType.STRING && value instanceof String text) {
      return new NullValue(0, text);
    }
    if (type == ElementType.BOOL && value instanceof Boolean truth) {
      return new NullValue(truth ? 1 : 0, null);
    }
    if (value instanceof Number number) {
      switch (type) {
        case FLOAT32 -> {
          float narrow = number.floatValue();
          if (Float.isInfinite(narrow) == Double.isInfinite(number.doubleValue())) {
            return new NullValue(Float.floatToRawIntBits(narrow), null);
          }
        }
        case FLOAT64 -> {
          return new NullValue(Double.doubleToRawLongBits(number.doubleValue()), null);
        }
        case INT8, INT16, INT32, INT64, UINT8, UINT16, UINT32, UINT64 -> {
          BigInteger whole = whole(number);
          if (whole != null && fits(whole, type)) {
            return new NullValue(whole.longValue(), null);
          }
        }
        default -> {
          // Rejected below.
        }
      }
    }
    throw refused(feature, type, value + " for a null");
  }

  private static @Nullable BigInteger whole(Number number) {
    try {
      return new BigDecimal(number.toString()).toBigIntegerExact();
    } catch (ArithmeticException | NumberFormatException e) {
      return null;
    }
  }

  private static boolean fits(BigInteger value, ElementType type) {
    ElementType held = value.bitLength() < Long.SIZE ? ElementType.INT64 : ElementType.UINT64;
    boolean isHeld =
        held == ElementType.INT64 || (value.signum() > 0 && value.bitLength() == Long.SIZE);
    return isHeld && Narrow.fits(value.longValue(), held, type);
  }

  private static ModelLoadException refused(Feature feature, ElementType type, String found) {
    return new ModelLoadException(
        "feature "
            + feature.name()
            + ": found "
            + found
            + ", expected a value of "
            + type
            + "; change its null policy with Feature.nulls",
        null);
  }
}
