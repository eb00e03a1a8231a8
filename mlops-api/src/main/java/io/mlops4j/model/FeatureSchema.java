package io.mlops4j.model;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.UnaryOperator;

/**
 * The columns that a model reads, in the order in which they are gathered, and the key columns,
 * which do not enter the model.
 *
 * <p>Columns are matched by name, never by position. The order matters only if many columns are
 * gathered into one {@code [N, F]} input. Immutable and thread safe: {@link #withKey}, {@link
 * #withNarrowing} and {@link #withEach} return changed copies.
 */
public final class FeatureSchema {
  private final List<Feature> features;
  private final List<String> keys;

  private FeatureSchema(List<Feature> features, List<String> keys) {
    this.features = features;
    this.keys = keys;
  }

  /**
   * Returns a schema of features.
   *
   * @param inGatherOrder the features in the order in which they are gathered; each name once
   * @return a schema without keys
   * @throws IllegalArgumentException if a name occurs twice
   */
  public static FeatureSchema of(Feature... inGatherOrder) {
    List<Feature> features = List.of(inGatherOrder);
    Set<String> seen = new HashSet<>();
    for (Feature feature : features) {
      if (!seen.add(feature.name())) {
        throw new IllegalArgumentException(
            "features: found \"" + feature.name() + "\" twice, expected each name once");
      }
    }
    return new FeatureSchema(features, List.of());
  }

  /**
   * Returns a schema of features whose types the model decides.
   *
   * @param inGatherOrder the names in the order in which they are gathered; each name once
   * @return a schema without keys
   * @throws IllegalArgumentException if a name is blank or occurs twice
   */
  public static FeatureSchema ofNames(String... inGatherOrder) {
    return of(Arrays.stream(inGatherOrder).map(Feature::of).toArray(Feature[]::new));
  }

  /**
   * Adds a key column. Listeners receive it with the rows, and labels are joined by it.
   *
   * @param column the column's name
   * @return a changed copy
   * @throws IllegalArgumentException if the column is already a key or a feature's column
   */
  public FeatureSchema withKey(String column) {
    Objects.requireNonNull(column, "column");
    if (keys.contains(column) || features.stream().anyMatch(f -> f.column().equals(column))) {
      throw new IllegalArgumentException(
          "key: found \"" + column + "\" as a feature or key already, expected another column");
    }
    List<String> more = new ArrayList<>(keys);
    more.add(column);
    return new FeatureSchema(features, List.copyOf(more));
  }

  /**
   * Sets for every feature whether a column of a wider type is converted; see {@link
   * Feature#withNarrowing(Narrowing)}.
   *
   * @param narrowing the setting for each feature
   * @return a changed copy
   */
  public FeatureSchema withNarrowing(Narrowing narrowing) {
    Objects.requireNonNull(narrowing, "narrowing");
    return withEach(feature -> feature.withNarrowing(narrowing));
  }

  /**
   * Changes every feature, for example {@code schema.withEach(f -> f.withNulls(NullPolicy.nan()))}.
   * The order and the keys stay.
   *
   * @param change returns the changed feature, which keeps its name
   * @return a changed copy
   * @throws IllegalArgumentException if a name changed
   */
  public FeatureSchema withEach(UnaryOperator<Feature> change) {
    Objects.requireNonNull(change, "change");
    return new FeatureSchema(
        features.stream().map(feature -> changed(feature, change)).toList(), keys);
  }

  private static Feature changed(Feature before, UnaryOperator<Feature> change) {
    Feature after = Objects.requireNonNull(change.apply(before), "change");
    if (!after.name().equals(before.name())) {
      throw new IllegalArgumentException(
          "change: found the name \""
              + after.name()
              + "\" for the feature \""
              + before.name()
              + "\", expected the same name; read another column with Feature.withColumn");
    }
    return after;
  }

  /**
   * Returns the features in the order in which they are gathered.
   *
   * @return an unmodifiable list
   */
  public List<Feature> features() {
    return features;
  }

  /**
   * Returns the names of the key columns.
   *
   * @return an unmodifiable list
   */
  public List<String> keys() {
    return keys;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof FeatureSchema that
        && features.equals(that.features)
        && keys.equals(that.keys);
  }

  @Override
  public int hashCode() {
    return Objects.hash(features, keys);
  }

  @Override
  public String toString() {
    return features + (keys.isEmpty() ? "" : " keyed by " + keys);
  }
}
