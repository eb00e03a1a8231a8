package io.mlops4j.runtime.binding;

import io.mlops4j.error.ModelInputException;
import io.mlops4j.error.ModelLoadException;
import io.mlops4j.model.ElementType;
import io.mlops4j.model.Feature;
import io.mlops4j.model.Narrowing;
import io.mlops4j.runtime.binding.type.Widening;
import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One column or record component that fills an input, or a part of it.
 *
 * @param feature the feature
 * @param target the type of the input's elements
 * @param forNull the value that replaces a null; null if nulls are rejected
 */
record ColumnSource(Feature feature, ElementType target, @Nullable NullValue forNull) {
  /** The types that have NaN. */
  static final Set<ElementType> FLOATS =
      EnumSet.of(
          ElementType.FLOAT16, ElementType.BFLOAT16, ElementType.FLOAT32, ElementType.FLOAT64);

  /**
   * Checks the type of the feature against that of the input.
   *
   * @throws ModelLoadException if they do not fit
   */
  static ColumnSource of(Feature feature, ElementType target) {
    ElementType stated = feature.type().orElse(target);
    if (!converts(feature, stated, target)) {
      throw new ModelLoadException(
          "feature "
              + feature.name()
              + ": found the type "
              + stated
              + ", expected one that widens exactly to the model's "
              + target
              + permission(stated, target),
          null);
    }
    return new ColumnSource(feature, target, NullValue.of(feature, target));
  }

  String column() {
    return feature.column();
  }

  boolean takes(ElementType found) {
    ElementType stated = feature.type().orElse(found);
    return Widening.isExact(found, stated) && converts(feature, found, target);
  }

  private static boolean converts(Feature feature, ElementType from, ElementType to) {
    return Widening.isExact(from, to)
        || (feature.narrowing() == Narrowing.CHECKED && Narrow.isPossible(from, to));
  }

  /** Returns how to allow a conversion, for messages; empty if there is none. */
  String permission(ElementType found) {
    return feature.narrowing() == Narrowing.CHECKED ? "" : permission(found, target);
  }

  private static String permission(ElementType found, ElementType target) {
    return Narrow.isPossible(found, target)
        ? "; the model's features can allow a conversion that checks each value: for all of them"
            + " with LoadOptions.lenientColumns, for one with its narrowing in the card or in"
            + " LoadOptions.feature"
        : "";
  }

  /** Returns the expected type, for messages. */
  String expected() {
    ElementType stated = feature.type().orElse(target);
    return stated == target ? "" + target : stated + " (the model takes " + target + ")";
  }

  /** Rejects a value that the model's type cannot hold. */
  void requireFit(long from, ElementType type, long at, int row) {
    if (Widening.isExact(type, target) || Narrow.fits(from, type, at, target)) {
      return;
    }
    throw unfit(Narrow.text(from, type, at) + " in row " + row);
  }

  ModelInputException unfit(String found) {
    return new ModelInputException(
        column(),
        found,
        "a value that fits " + Narrow.range(target) + ", because narrowing is checked");
  }

  /** Returns the text that replaces a null in an input of text. */
  String textForNull() {
    String text = forNull == null ? null : forNull.text();
    if (text == null) {
      throw nullRefused("null");
    }
    return text;
  }

  ModelInputException nullRefused(String found) {
    return new ModelInputException(
        column(),
        found,
        "no null; the model's features can say what a null means"
            + (FLOATS.contains(target)
                ? ": NaN for all of them with LoadOptions.lenientColumns,"
                : ":")
            + " for one with its null policy in the card or in LoadOptions.feature");
  }
}
