package io.mlops4j.model;

import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Collectors;

/**
 * A tensor input or output.
 *
 * @param name the declared name
 * @param type the type of its elements
 * @param shape its dimensions, outermost first; empty for a scalar and for a tensor of any rank
 * @param anyRank whether the model leaves open how many dimensions there are
 * @param optional whether a call may leave it out
 */
public record TensorSpec(
    String name, ElementType type, List<Dim> shape, boolean anyRank, boolean optional)
    implements ValueSpec {
  /**
   * Copies the shape and checks that nothing is null.
   *
   * @param name the declared name
   * @param type the type of its elements
   * @param shape its dimensions, outermost first; empty for a scalar and for a tensor of any rank
   * @param anyRank whether the model leaves open how many dimensions there are
   * @param optional whether a call may leave it out
   * @throws IllegalArgumentException if a tensor of any rank states dimensions
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
   * A tensor of a known rank.
   *
   * @param name the declared name
   * @param type the type of its elements
   * @param shape its dimensions, outermost first; empty for a scalar
   * @param optional whether a call may leave it out
   */
  public TensorSpec(String name, ElementType type, List<Dim> shape, boolean optional) {
    this(name, type, shape, false, optional);
  }

  /**
   * A tensor of which the model does not say how many dimensions it has.
   *
   * @param name the declared name
   * @param type the type of its elements
   * @return the tensor, which a call may not leave out
   */
  public static TensorSpec ofAnyRank(String name, ElementType type) {
    return new TensorSpec(name, type, List.of(), true, false);
  }

  /**
   * For people.
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
   * One dimension: a size, a symbol that is the same size wherever it stands, or neither.
   *
   * @param size the size, if the model fixes it
   * @param symbol the name, if the model gives one
   */
  public record Dim(OptionalLong size, Optional<String> symbol) {
    /**
     * Checks the size.
     *
     * @param size the size, if the model fixes it
     * @param symbol the name, if the model gives one
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
     * A dimension that the model fixes.
     *
     * @param size 0 or more
     * @return the dimension
     */
    public static Dim of(long size) {
      return new Dim(OptionalLong.of(size), Optional.empty());
    }

    /**
     * A dimension that the model names.
     *
     * @param symbol the name
     * @return the dimension
     */
    public static Dim symbol(String symbol) {
      return new Dim(OptionalLong.empty(), Optional.of(symbol));
    }

    /**
     * A dimension of which the model says nothing.
     *
     * @return the dimension
     */
    public static Dim any() {
      return new Dim(OptionalLong.empty(), Optional.empty());
    }

    /**
     * For people.
     *
     * @return the size, the symbol, or {@code ?}
     */
    @Override
    public String toString() {
      return size.isPresent() ? Long.toString(size.getAsLong()) : symbol.orElse("?");
    }
  }
}
