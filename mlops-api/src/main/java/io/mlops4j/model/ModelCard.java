package io.mlops4j.model;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What people need to know of a model beyond its bytes: owner, licence, use, features, data,
 * metrics.
 *
 * <p>A card is part of a version and never changes: another card, even for the same bytes, is a new
 * version. Cards are compared by value.
 */
public final class ModelCard {
  private final String name;
  private final @Nullable String owner;
  private final @Nullable String licence;
  private final @Nullable String intendedUse;
  private final @Nullable String description;
  private final @Nullable FeatureSchema features;
  private final @Nullable GoldenRows goldenRows;
  private final List<DatasetRef> trainedOn;
  private final Map<String, Double> metrics;
  private final Map<String, String> parameters;

  private ModelCard(Builder builder) {
    name = builder.name;
    owner = builder.owner;
    licence = builder.licence;
    intendedUse = builder.intendedUse;
    description = builder.description;
    features = builder.features;
    goldenRows = builder.goldenRows;
    trainedOn = List.copyOf(builder.trainedOn);
    metrics = Collections.unmodifiableMap(new TreeMap<>(builder.metrics));
    parameters = Collections.unmodifiableMap(new TreeMap<>(builder.parameters));
  }

  /**
   * Starts a card.
   *
   * @param name the model's name, {@code [a-z0-9][a-z0-9._-]{0,127}}
   * @return a builder
   * @throws IllegalArgumentException if the name is not allowed
   */
  public static Builder builder(String name) {
    return new Builder(ModelRef.checkName("model", name));
  }

  /**
   * The model's name.
   *
   * @return the name
   */
  public String name() {
    return name;
  }

  /**
   * Who answers for the model.
   *
   * @return a person or team
   */
  public Optional<String> owner() {
    return Optional.ofNullable(owner);
  }

  /**
   * Under which licence it may be used.
   *
   * @return an SPDX identifier
   */
  public Optional<String> licence() {
    return Optional.ofNullable(licence);
  }

  /**
   * What it is for, and what it is not for.
   *
   * @return a sentence
   */
  public Optional<String> intendedUse() {
    return Optional.ofNullable(intendedUse);
  }

  /**
   * What it is.
   *
   * @return a text
   */
  public Optional<String> description() {
    return Optional.ofNullable(description);
  }

  /**
   * How columns meet the model's inputs.
   *
   * @return empty when names alone decide
   */
  public Optional<FeatureSchema> features() {
    return Optional.ofNullable(features);
  }

  /**
   * The model's self-test.
   *
   * @return the rows, if it brings any
   */
  public Optional<GoldenRows> goldenRows() {
    return Optional.ofNullable(goldenRows);
  }

  /**
   * The data that it learned from.
   *
   * @return an unmodifiable list, empty when not stated
   */
  public List<DatasetRef> trainedOn() {
    return trainedOn;
  }

  /**
   * How good it was when it was made.
   *
   * @return metric to value, sorted by name, unmodifiable
   */
  public Map<String, Double> metrics() {
    return metrics;
  }

  /**
   * How it was made: hyper-parameters, seeds, the commit of the code.
   *
   * @return name to value, sorted by name, unmodifiable
   */
  public Map<String, String> parameters() {
    return parameters;
  }

  private List<Object> state() {
    List<Object> state = new ArrayList<>(List.of(name, trainedOn, metrics, parameters));
    state.add(owner());
    state.add(licence());
    state.add(intendedUse());
    state.add(description());
    state.add(features());
    state.add(goldenRows());
    return state;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof ModelCard that && state().equals(that.state());
  }

  @Override
  public int hashCode() {
    return state().hashCode();
  }

  @Override
  public String toString() {
    return "card of " + name;
  }

  /** Collects what a card says. Not thread safe. */
  public static final class Builder {
    private final String name;
    private @Nullable String owner;
    private @Nullable String licence;
    private @Nullable String intendedUse;
    private @Nullable String description;
    private @Nullable FeatureSchema features;
    private @Nullable GoldenRows goldenRows;
    private final List<DatasetRef> trainedOn = new ArrayList<>();
    private final Map<String, Double> metrics = new TreeMap<>();
    private final Map<String, String> parameters = new TreeMap<>();

    private Builder(String name) {
      this.name = name;
    }

    /**
     * States who answers for the model.
     *
     * @param owner a person or team
     * @return this builder
     */
    public Builder owner(String owner) {
      this.owner = Objects.requireNonNull(owner, "owner");
      return this;
    }

    /**
     * States the licence.
     *
     * @param spdx an SPDX identifier
     * @return this builder
     */
    public Builder licence(String spdx) {
      this.licence = Objects.requireNonNull(spdx, "spdx");
      return this;
    }

    /**
     * States what the model is for, and what it is not for.
     *
     * @param use a sentence
     * @return this builder
     */
    public Builder intendedUse(String use) {
      this.intendedUse = Objects.requireNonNull(use, "use");
      return this;
    }

    /**
     * Describes the model.
     *
     * @param description a text
     * @return this builder
     */
    public Builder description(String description) {
      this.description = Objects.requireNonNull(description, "description");
      return this;
    }

    /**
     * States how columns meet the model's inputs.
     *
     * @param features the schema
     * @return this builder
     */
    public Builder features(FeatureSchema features) {
      this.features = Objects.requireNonNull(features, "features");
      return this;
    }

    /**
     * Adds the model's self-test.
     *
     * @param rows input rows with the outputs to expect
     * @return this builder
     * @throws IllegalArgumentException if there are no rows, no inputs or no outputs
     */
    public Builder goldenRows(GoldenRows rows) {
      if (rows.rows() == 0 || rows.inputs().isEmpty() || rows.outputs().isEmpty()) {
        throw new IllegalArgumentException(
            "golden rows: found "
                + rows.rows()
                + " rows, "
                + rows.inputs().size()
                + " inputs and "
                + rows.outputs().size()
                + " outputs, expected at least one of each");
      }
      this.goldenRows = rows;
      return this;
    }

    /**
     * Adds a data set that the model learned from.
     *
     * @param data the data set
     * @return this builder
     */
    public Builder trainedOn(DatasetRef data) {
      trainedOn.add(Objects.requireNonNull(data, "data"));
      return this;
    }

    /**
     * States a metric; a second value for a name replaces the first.
     *
     * @param name for example {@code roc_auc}
     * @param value a finite number
     * @return this builder
     * @throws IllegalArgumentException if the value is not finite
     */
    public Builder metric(String name, double value) {
      if (!Double.isFinite(value)) {
        throw new IllegalArgumentException(
            name + ": found " + value + ", expected a finite number");
      }
      metrics.put(Objects.requireNonNull(name, "name"), value);
      return this;
    }

    /**
     * States how the model was made; a second value for a name replaces the first.
     *
     * @param name for example {@code seed}
     * @param value the value as text
     * @return this builder
     */
    public Builder parameter(String name, String value) {
      parameters.put(Objects.requireNonNull(name, "name"), Objects.requireNonNull(value, "value"));
      return this;
    }

    /**
     * Makes the card.
     *
     * @return an immutable card
     */
    public ModelCard build() {
      return new ModelCard(this);
    }
  }
}
