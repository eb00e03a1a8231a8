package io.mlops4j.model;

import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One feature of a model: its name, the column it comes from, its type and its null policy.
 *
 * <p>Immutable: {@link #from} and {@link #nulls} return changed copies.
 */
public final class Feature {
  private final String name;
  private final String column;
  private final @Nullable ElementType type;
  private final NullPolicy nulls;

  private Feature(String name, String column, @Nullable ElementType type, NullPolicy nulls) {
    this.name = name;
    this.column = column;
    this.type = type;
    this.nulls = nulls;
  }

  /**
   * A feature whose type the model decides.
   *
   * @param name the feature's name and the column's
   * @return the feature, which refuses nulls
   */
  public static Feature of(String name) {
    return new Feature(checkName(name), name, null, NullPolicy.Fixed.REJECT);
  }

  /**
   * A feature of a stated type.
   *
   * @param name the feature's name and the column's
   * @param type what the column holds; it must widen exactly to what the model takes
   * @return the feature, which refuses nulls
   */
  public static Feature of(String name, ElementType type) {
    return new Feature(
        checkName(name), name, Objects.requireNonNull(type, "type"), NullPolicy.Fixed.REJECT);
  }

  private static String checkName(String name) {
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
  public Feature from(String column) {
    return new Feature(name, checkName(column), type, nulls);
  }

  /**
   * States what a null means.
   *
   * @param policy the policy
   * @return a changed copy
   */
  public Feature nulls(NullPolicy policy) {
    return new Feature(name, column, type, Objects.requireNonNull(policy, "policy"));
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
   * @return the column's name, the feature's own unless {@link #from} was called
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

  @Override
  public boolean equals(Object other) {
    return other instanceof Feature that
        && name.equals(that.name)
        && column.equals(that.column)
        && type == that.type
        && nulls.equals(that.nulls);
  }

  @Override
  public int hashCode() {
    return Objects.hash(name, column, type, nulls);
  }

  @Override
  public String toString() {
    return name + (type == null ? "" : " " + type) + (column.equals(name) ? "" : " from " + column);
  }
}
