package io.mlops4j.runtime.card;

import io.mlops4j.runtime.internal.card.Shown;
import java.math.BigDecimal;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;

/**
 * One difference between two cards.
 *
 * @param area which part of the card
 * @param name what in this part, for example a feature's name
 * @param kind what happened to it
 * @param before what it was; empty when it was added
 * @param after what it is; empty when it was removed
 */
public record CardChange(
    Area area, String name, Kind kind, Optional<String> before, Optional<String> after) {
  /**
   * Checks that nothing is null.
   *
   * @param area which part of the card
   * @param name what in this part, for example a feature's name
   * @param kind what happened to it
   * @param before what it was; empty when it was added
   * @param after what it is; empty when it was removed
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
    /** The model's bytes, by their digest; only where versions are compared. */
    BYTES,
    /** Name, description, owner, licence, intended use, tier or commit. */
    STATEMENT,
    /** Where it may be loaded. */
    REGION,
    /** An input or output that the bytes declare. */
    SIGNATURE,
    /** A feature. */
    FEATURE,
    /** A key column. */
    KEY,
    /** A data set; its name is led by what it was for. */
    DATA,
    /** A metric, of all rows or of a slice. */
    METRIC,
    /** A parameter. */
    PARAMETER,
    /** A seed. */
    SEED,
    /** A version that it was made from. */
    PARENT,
    /** What must be watched. */
    MONITORING,
    /** The self-test. */
    GOLDEN_ROWS;

    /** For people and tools, for example {@code golden-rows}. */
    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
  }

  /** What happened. */
  public enum Kind {
    /** It is new. */
    ADDED,
    /** It is gone. */
    REMOVED,
    /** Its value is another. */
    CHANGED,
    /** A feature stands elsewhere among those that stayed; the values are its places from 1. */
    MOVED,
    /** A feature's type. */
    TYPE,
    /** A feature's null policy. */
    NULLS,
    /** The column that a feature is read from. */
    COLUMN,
    /** Whether a feature's column may hold a wider type. */
    NARROWING;

    /** For people and tools, for example {@code added}. */
    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** What changed, for people: the area where the name alone would not say it. */
  String subject() {
    return area == Area.STATEMENT || area == Area.BYTES || area == Area.GOLDEN_ROWS
        ? name
        : area + " " + name;
  }

  /** How far a metric moved; empty for everything else. */
  String difference() {
    if (area != Area.METRIC || kind != Kind.CHANGED) {
      return "";
    }
    BigDecimal moved =
        new BigDecimal(after.orElseThrow()).subtract(new BigDecimal(before.orElseThrow()));
    return (moved.signum() > 0 ? "+" : "") + Shown.number(moved.doubleValue());
  }

  /**
   * For people.
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
