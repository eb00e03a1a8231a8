package io.mlops4j.model;

import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One feature of a model: its name, the column that holds it, its type, its null policy, and
 * whether a column of a wider type is converted.
 *
 * <p>Immutable and thread safe: {@link #withColumn}, {@link #withNulls} and {@link #withNarrowing}
 * return changed copies.
 */
public final class Feature {
  private final String name;
  private final String column;
  private final @Nullable ElementType type;
  private final NullPolicy nulls;
  private final Narrowing narrowing;

  private Feature(
      String name,
      String column,
      @Nullable ElementType type,
      NullPolicy nulls,
      Narrowing narrowing) {
    this.name = name;
    this.column = column;
    this.type = type;
    this.nulls = nulls;
    this.narrowing = narrowing;
  }

  private static Feature of(String name, @Nullable ElementType type, NullPolicy nulls) {
    return new Feature(checkName(name), name, type, nulls, Narrowing.REFUSED);
  }

  /**
   * Returns a feature whose type the model decides.
   *
   * @param name the name of the feature and of its column, not blank
   * @return the feature; it rejects nulls and columns of a wider type
   */
  public static Feature of(String name) {
    return of(name, null, NullPolicy.reject());
  }

  /**
   * Returns a feature of a given type.
   *
   * @param name the name of the feature and of its column, not blank
   * @param type the type of the column; it must widen exactly to the type of the model's input,
   *     unless {@link #withNarrowing} allows more
   * @return the feature; it rejects nulls and columns of a wider type
   */
  public static Feature of(String name, ElementType type) {
    return of(name, Objects.requireNonNull(type, "type"), NullPolicy.reject());
  }

  private static String checkName(String name) {
    Objects.requireNonNull(name, "name");
    if (name.isBlank()) {
      throw new IllegalArgumentException("name: found a blank name, expected the feature's name");
    }
    return name;
  }

  /**
   * Reads the feature from a column with another name.
   *
   * @param column the column's name, not blank
   * @return a changed copy
   */
  public Feature withColumn(String column) {
    return new Feature(name, checkName(column), type, nulls, narrowing);
  }

  /**
   * Sets what a null in the column means.
   *
   * @param policy the policy
   * @return a changed copy
   */
  public Feature withNulls(NullPolicy policy) {
    return new Feature(name, column, type, Objects.requireNonNull(policy, "policy"), narrowing);
  }

  /**
   * Sets whether a column of a wider type than the model's input is converted, for example a
   * float64 column for a float32 input.
   *
   * @param narrowing {@link Narrowing#CHECKED} converts each value and rejects a value that does
   *     not fit; {@link Narrowing#REFUSED}, the default, rejects such a column
   * @return a changed copy
   */
  public Feature withNarrowing(Narrowing narrowing) {
    return new Feature(name, column, type, nulls, Objects.requireNonNull(narrowing, "narrowing"));
  }

  /**
   * Returns the name that the model uses.
   *
   * @return the feature's name
   */
  public String name() {
    return name;
  }

  /**
   * Returns the name of the column that holds the feature.
   *
   * @return the column's name; the feature's own name unless {@link #withColumn} was called
   */
  public String column() {
    return column;
  }

  /**
   * Returns the type of the column, if it was given.
   *
   * @return empty if the model decides
   */
  public Optional<ElementType> type() {
    return Optional.ofNullable(type);
  }

  /**
   * Returns what a null in the column means.
   *
   * @return the policy
   */
  public NullPolicy nulls() {
    return nulls;
  }

  /**
   * Returns whether a column of a wider type is converted.
   *
   * @return {@link Narrowing#REFUSED} unless set
   */
  public Narrowing narrowing() {
    return narrowing;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Feature that
        && name.equals(that.name)
        && column.equals(that.column)
        && type == that.type
        && nulls.equals(that.nulls)
        && narrowing == that.narrowing;
  }

  @Override
  public int hashCode() {
    return Objects.hash(name, column, type, nulls, narrowing);
  }

  @Override
  public String toString() {
    return name
        + (type == null ? "" : " " + type)
        + (column.equals(name) ? "" : " from " + column)
        + (narrowing == Narrowing.CHECKED ? " narrowed" : "");
  }
}
