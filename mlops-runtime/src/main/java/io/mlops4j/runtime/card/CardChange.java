package io.mlops4j.runtime.card;

import io.mlops4j.runtime.internal.card.Shown;
import java.math.BigDecimal;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;

/**
 * One difference between two cards.
 *
 * @param area the part of the card
 * @param name the changed thing, for example a feature's name
 * @param kind the kind of change
 * @param before the old value, or empty if it was added
 * @param after the new value, or empty if it was removed
 */
public record CardChange(
    Area area, String name, Kind kind, Optional<String> before, Optional<String> after) {
  /**
   * Rejects nulls.
   *
   * @param area the part of the card
   * @param name the changed thing, for example a feature's name
   * @param kind the kind of change
   * @param before the old value, or empty if it was added
   * @param after the new value, or empty if it was removed
   */
  public CardChange {
    Objects.requireNonNull(area, "area");
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(kind, "kind");
    Objects.requireNonNull(before, "before");
    Objects.requireNonNull(after, "after");
  }

  /** The parts of a card. */
  public enum Area {
    /** The digest of the model's bytes, if versions are compared. */
    BYTES,
    /** Name, description, owner, licence, intended use, tier, commit or lenient columns. */
    STATEMENT,
    /** A region in which the model may be loaded. */
    REGION,
    /** An input or output that the model's bytes declare. */
    SIGNATURE,
    /** A feature. */
    FEATURE,
    /** A key column. */
    KEY,
    /** A data set; the name starts with its use, {@code training} or {@code evaluation}. */
    DATA,
    /** A metric of all rows or of a slice. */
    METRIC,
    /** A training parameter. */
    PARAMETER,
    /** A random seed. */
    SEED,
    /** A version that the model was derived from. */
    PARENT,
    /** A monitoring duty. */
    MONITORING,
    /** The golden rows. */
    GOLDEN_ROWS;

    /** Returns for example {@code golden-rows}. */
    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
  }

  /** The kinds of change. */
  public enum Kind {
    /** Only the newer card has it. */
    ADDED,
    /** Only the older card has it. */
    REMOVED,
    /** The value changed. */
    CHANGED,
    /** A feature moved relative to the others; the values are its positions from 1. */
    MOVED,
    /** A feature's type changed. */
    TYPE,
    /** A feature's null policy changed. */
    NULLS,
    /** The column that a feature is read from changed. */
    COLUMN,
    /** Whether a feature's column may have a wider type changed. */
    NARROWING;

    /** Returns for example {@code added}. */
    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** Returns the name, after the area unless the name is clear alone. */
  String subject() {
    return area == Area.STATEMENT || area == Area.BYTES || area == Area.GOLDEN_ROWS
        ? name
        : area + " " + name;
  }

  /** Returns the difference of a metric's values, or an empty text for other areas. */
  String difference() {
    if (area != Area.METRIC || kind != Kind.CHANGED) {
      return "";
    }
    BigDecimal moved =
        new BigDecimal(after.orElseThrow()).subtract(new BigDecimal(before.orElseThrow()));
    return (moved.signum() > 0 ? "+" : "") + Shown.number(moved.doubleValue());
  }

  /**
   * Describes the change for people.
   *
   * @return for example {@code feature hour: type int16 -> int32}
   */
  @Override
  public String toString() {
    String difference = difference();
    String values =
        switch (kind) {
          case ADDED -> after.filter(value -> !value.equals(name)).orElse("");
          case REMOVED -> before.filter(value -> !value.equals(name)).orElse("");
          default -> before.orElse("") + " -> " + after.orElse("");
        };
    String how = kind == Kind.CHANGED ? "" : kind.toString();
    return subject()
        + ": "
        + String.join(how.isEmpty() || values.isEmpty() ? "" : " ", how, values)
        + (difference.isEmpty() ? "" : " (" + difference + ")");
  }
}
