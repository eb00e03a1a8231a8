package io.mlops4j.model;

import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One feature of a model: its name, the column it comes from, its type, its null policy and whether
 * a column of a wider type is converted.
 *
 * <p>Immutable: {@link #withColumn}, {@link #withNulls} and {@link #withNarrowing} return changed
 * copies.
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
   * A feature whose type the model decides.
   *
   * @param name the feature's name and the column's
   * @return the feature, which refuses nulls and wider types
   */
  public static Feature of(String name) {
    return of(name, null, NullPolicy.reject());
  }

  /**
   * A feature of a stated type.
   *
   * @param name the feature's name and the column's
   * @param type what the column holds; it must widen exactly to what the model takes, unless {@link
   *     #withNarrowing} allows more
   * @return the feature, which refuses nulls and wider types
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
   * Reads the feature from a column of another name.
   *
   * @param column the column's name
   * @return a changed copy
   */
  public Feature withColumn(String column) {
    return new Feature(name, checkName(column), type, nulls, narrowing);
  }

  /**
   * States what a null means.
   *
   * @param policy the policy
   * @return a changed copy
   */
  public Feature withNulls(NullPolicy policy) {
    return new Feature(name, column, type, Objects.requireNonNull(policy, "policy"), narrowing);
  }

  /**
   * States whether a column of a wider type than the model's input is converted, for example a
   * float64 column for a float32 input.
   *
   * @param narrowing {@link Narrowing#CHECKED} converts each value and rejects one that does not
   *     fit; {@link Narrowing#REFUSED}, the default, refuses such a column
   * @return a changed copy
   */
  public Feature withNarrowing(Narrowing narrowing) {
    return new Feature(name, column, type, nulls, Objects.requireNonNull(narrowing, "narrowing"));
  }

  /**
   * The name that the model knows.
   *
   * @return the feature's name
   */
  public String name() {
    return name;
  }

  /**
   * The column that it is read from.
   *
   * @return the column's name, the feature's own unless {@link #withColumn} was called
   */
  public String column() {
    return column;
  }

  /**
   * The stated type.
   *
   * @return empty when the model decides
   */
  public Optional<ElementType> type() {
    return Optional.ofNullable(type);
  }

  /**
   * What a null means.
   *
   * @return the policy
   */
  public NullPolicy nulls() {
    return nulls;
  }

  /**
   * Whether a column of a wider type is converted.
   *
   * @return the permission, {@link Narrowing#REFUSED} unless it was given
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
