package io.mlops4j.model;

import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Collectors;

/**
 * An input or output that is a tensor. Immutable and thread safe.
 *
 * @param name the declared name; empty inside another value
 * @param type the type of its elements
 * @param shape the dimensions, outermost first; empty for a scalar and for a tensor of any rank
 * @param anyRank whether the model does not declare the number of dimensions
 * @param optional whether a call may omit it
 */
public record TensorSpec(
    String name, ElementType type, List<Dim> shape, boolean anyRank, boolean optional)
    implements ValueSpec {
  /**
   * Copies the shape and checks that nothing is null.
   *
   * @param name the declared name; empty inside another value
   * @param type the type of its elements
   * @param shape the dimensions, outermost first; empty for a scalar and for a tensor of any rank
   * @param anyRank whether the model does not declare the number of dimensions
   * @param optional whether a call may omit it
   * @throws IllegalArgumentException if a tensor of any rank has dimensions
   */
  public TensorSpec {
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(type, "type");
    shape = List.copyOf(shape);
    if (anyRank && !shape.isEmpty()) {
      throw new IllegalArgumentException(
          "shape: found " + shape + ", expected no dimensions for a tensor of any rank");
    }
  }

  /**
   * Creates a tensor of a known rank.
   *
   * @param name the declared name; empty inside another value
   * @param type the type of its elements
   * @param shape the dimensions, outermost first; empty for a scalar
   * @param optional whether a call may omit it
   */
  public TensorSpec(String name, ElementType type, List<Dim> shape, boolean optional) {
    this(name, type, shape, false, optional);
  }

  /**
   * Returns a tensor whose number of dimensions the model does not declare.
   *
   * @param name the declared name; empty inside another value
   * @param type the type of its elements
   * @return the tensor, which a call may not omit
   */
  public static TensorSpec ofAnyRank(String name, ElementType type) {
    return new TensorSpec(name, type, List.of(), true, false);
  }

  /**
   * Returns a short description for people.
   *
   * @return for example {@code x: float32[N, 32]}, {@code t: float32[]} for a scalar, {@code y:
   *     float32[...]} for any rank
   */
  @Override
  public String toString() {
    String dims =
        anyRank ? "..." : shape.stream().map(Dim::toString).collect(Collectors.joining(", "));
    return (name.isEmpty() ? "" : name + ": ") + type + "[" + dims + "]" + (optional ? "?" : "");
  }

  /**
   * One dimension: a fixed size, a symbol that has the same size wherever it occurs, or neither.
   *
   * @param size the size, 0 or more, if the model fixes it
   * @param symbol the name, if the model declares one
   */
  public record Dim(OptionalLong size, Optional<String> symbol) {
    /**
     * Checks the size.
     *
     * @param size the size, 0 or more, if the model fixes it
     * @param symbol the name, if the model declares one
     * @throws IllegalArgumentException if the size is negative
     */
    public Dim {
      Objects.requireNonNull(size, "size");
      Objects.requireNonNull(symbol, "symbol");
      if (size.isPresent() && size.getAsLong() < 0) {
        throw new IllegalArgumentException(
            "size: found " + size.getAsLong() + ", expected 0 or more");
      }
    }

    /**
     * Returns a dimension of a fixed size.
     *
     * @param size 0 or more
     * @return the dimension
     */
    public static Dim of(long size) {
      return new Dim(OptionalLong.of(size), Optional.empty());
    }

    /**
     * Returns a dimension with a name instead of a size.
     *
     * @param symbol the name, if the model declares one
     * @return the dimension
     */
    public static Dim symbol(String symbol) {
      return new Dim(OptionalLong.empty(), Optional.of(symbol));
    }

    /**
     * Returns a dimension with neither a size nor a name.
     *
     * @return the dimension
     */
    public static Dim any() {
      return new Dim(OptionalLong.empty(), Optional.empty());
    }

    /**
     * Returns a short description for people.
     *
     * @return the size, the symbol, or {@code ?}
     */
    @Override
    public String toString() {
      return size.isPresent() ? Long.toString(size.getAsLong()) : symbol.orElse("?");
    }
  }
}
