package io.mlops4j.runtime.binding;

import io.mlops4j.error.ModelInputException;
import io.mlops4j.error.ModelLoadException;
import io.mlops4j.model.ElementType;
import io.mlops4j.model.Feature;
import org.jspecify.annotations.Nullable;

/**
 * One column or record component that goes into an input.
 *
 * @param feature the feature
 * @param target the type of the input's elements
 * @param forNull what is written for a null; null when a null is refused
 */
record Source(Feature feature, ElementType target, @Nullable NullValue forNull) {
  /**
   * Checks what the feature states against what the input takes.
   *
   * @throws ModelLoadException if they do not fit
   */
  static Source of(Feature feature, ElementType target) {
    ElementType stated = feature.type().orElse(target);
    if (!Widening.isExact(stated, target)) {
      throw new ModelLoadException(
          "feature "
              + feature.name()
              + ": found the type "
              + stated
              + ", expected one that widens exactly to the model's "
              + target,
          null);
    }
    return new Source(feature, target, NullValue.of(feature, target));
  }

  String column() {
    return feature.column();
  }

  boolean takes(ElementType found) {
    return Widening.isExact(found, feature.type().orElse(target))
        && Widening.isExact(found, target);
  }

  /** For messages. */
  String expected() {
    ElementType stated = feature.type().orElse(target);
    return stated == target ? "" + target : stated + " (the model takes " + target + ")";
  }

  /** What stands for a null in an input of text. */
  String textForNull() {
    String text = forNull == null ? null : forNull.text();
    if (text == null) {
      throw nullRefused("a null");
    }
    return text;
  }

  ModelInputException nullRefused(String found) {
    return new ModelInputException(
        column(), found, "no null; state what one means with Feature.nulls(...)");
  }
}
