package io.mlops4j.model;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What people need to know of a model beyond its bytes: who answers for it, what it is for and
 * where it may run, what it takes and gives, what it was made from and how good it was.
 *
 * <p>A card states; it enforces nothing. What it does not state is absent, never guessed.
 *
 * <p>A card is part of a version and never changes: another card, even for the same bytes, is a new
 * version. Cards are compared by value. Thread safe.
 */
public final class ModelCard {
  private final String name;
  private final @Nullable String owner;
  private final @Nullable String licence;
  private final @Nullable String intendedUse;
  private final @Nullable String description;
  private final @Nullable FeatureSchema features;
  private final @Nullable GoldenRows goldenRows;
  private final @Nullable ModelSignature signature;
  private final @Nullable Integer tier;
  private final @Nullable String commit;
  private final List<DatasetRef> trainedOn;
  private final List<DatasetRef> evaluatedOn;
  private final Map<String, Double> metrics;
  private final Map<Slice, Map<String, Double>> slices;
  private final Map<String, String> parameters;
  private final Map<String, Long> seeds;
  private final List<ModelVersion> parents;
  private final List<MonitoringDuty> monitoring;
  private final Set<String> regions;

  private ModelCard(Builder builder) {
    name = builder.name;
    owner = builder.owner;
    licence = builder.licence;
    intendedUse = builder.intendedUse;
    description = builder.description;
    features = builder.features;
    goldenRows = builder.goldenRows;
    signature = builder.signature;
    tier = builder.tier;
    commit = builder.commit;
    trainedOn = List.copyOf(builder.trainedOn);
    evaluatedOn = List.copyOf(builder.evaluatedOn);
    metrics = Collections.unmodifiableMap(new TreeMap<>(builder.metrics));
    slices = copy(builder.slices);
    parameters = Collections.unmodifiableMap(new TreeMap<>(builder.parameters));
    seeds = Collections.unmodifiableMap(new TreeMap<>(builder.seeds));
    parents = List.copyOf(builder.parents);
    monitoring = List.copyOf(builder.monitoring);
    regions = Collections.unmodifiableSet(new TreeSet<>(builder.regions));
  }

  private static Map<Slice, Map<String, Double>> copy(Map<Slice, Map<String, Double>> slices) {
    Map<Slice, Map<String, Double>> copy = new TreeMap<>();
    slices.forEach(
        (slice, metrics) -> copy.put(slice, Collections.unmodifiableMap(new TreeMap<>(metrics))));
    return Collections.unmodifiableMap(copy);
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
   * How much depends on it.
   *
   * @return 1 for the most material models; empty when not stated
   */
  public OptionalInt tier() {
    return tier == null ? OptionalInt.empty() : OptionalInt.of(tier);
  }

  /**
   * Where it may be loaded. A runtime asks before it loads a version from a registry, and refuses
   * one that names regions, but not its own: {@code ModelRuntime.builder().region}.
   *
   * @return sorted and unmodifiable; empty when nothing is stated, so that it may run anywhere
   */
  public Set<String> regions() {
    return regions;
  }

  /**
   * Whether it may be loaded somewhere.
   *
   * @param region the region, compared as text
   * @return true if the card names the region, or none at all
   */
  public boolean mayRunIn(String region) {
    return regions.isEmpty() || regions.contains(Objects.requireNonNull(region, "region"));
  }

  /**
   * What the model's bytes declare.
   *
   * @return empty when not stated: the model itself always tells
   */
  public Optional<ModelSignature> signature() {
    return Optional.ofNullable(signature);
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
   * The data that its metrics were measured on.
   *
   * @return an unmodifiable list, empty when not stated
   */
  public List<DatasetRef> evaluatedOn() {
    return evaluatedOn;
  }

  /**
   * How good it was when it was made, over all rows.
   *
   * @return metric to value, sorted by name, unmodifiable
   */
  public Map<String, Double> metrics() {
    return metrics;
  }

  /**
   * How good it was on parts of the rows.
   *
   * @return slice to metric to value, sorted, unmodifiable
   */
  public Map<Slice, Map<String, Double>> slices() {
    return slices;
  }

  /**
   * How it was made: hyper-parameters and the like.
   *
   * @return name to value, sorted by name, unmodifiable
   */
  public Map<String, String> parameters() {
    return parameters;
  }

  /**
   * Where its random numbers began.
   *
   * @return name to seed, sorted by name, unmodifiable
   */
  public Map<String, Long> seeds() {
    return seeds;
  }

  /**
   * The code that made it.
   *
   * @return a commit of its repository
   */
  public Optional<String> commit() {
    return Optional.ofNullable(commit);
  }

  /**
   * The versions that it was made from: fine-tuned, distilled, quantised, ...
   *
   * @return an unmodifiable list; they may belong to another registry
   */
  public List<ModelVersion> parents() {
    return parents;
  }

  /**
   * What must be watched while it serves.
   *
   * @return an unmodifiable list, empty when not stated
   */
  public List<MonitoringDuty> monitoring() {
    return monitoring;
  }

  private List<Object> state() {
    return List.of(
        List.of(name, owner(), licence(), intendedUse(), description(), tier(), regions),
        List.of(signature(), features(), goldenRows(), metrics, slices, monitoring),
        List.of(trainedOn, evaluatedOn, parents, parameters, seeds, commit()));
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
    private @Nullable ModelSignature signature;
    private @Nullable Integer tier;
    private @Nullable String commit;
    private final List<DatasetRef> trainedOn = new ArrayList<>();
    private final List<DatasetRef> evaluatedOn = new ArrayList<>();
    private final Map<String, Double> metrics = new TreeMap<>();
    private final Map<Slice, Map<String, Double>> slices = new TreeMap<>();
    private final Map<String, String> parameters = new TreeMap<>();
    private final Map<String, Long> seeds = new TreeMap<>();
    private final List<ModelVersion> parents = new ArrayList<>();
    private final List<MonitoringDuty> monitoring = new ArrayList<>();
    private final Set<String> regions = new TreeSet<>();

    private Builder(String name) {
      this.name = name;
    }

    /**
     * States who answers for the model.
     *
     * @param owner a person or team
     * @return this builder
     * @throws IllegalArgumentException if it is blank
     */
    public Builder owner(String owner) {
      this.owner = Checks.text("owner", owner, "a person or team");
      return this;
    }

    /**
     * States the licence.
     *
     * @param spdx an SPDX identifier
     * @return this builder
     * @throws IllegalArgumentException if it is blank
     */
    public Builder licence(String spdx) {
      this.licence = Checks.text("spdx", spdx, "an SPDX identifier");
      return this;
    }

    /**
     * States what the model is for, and what it is not for.
     *
     * @param use a sentence
     * @return this builder
     * @throws IllegalArgumentException if it is blank
     */
    public Builder intendedUse(String use) {
      this.intendedUse = Checks.text("use", use, "what the model is for");
      return this;
    }

    /**
     * Describes the model.
     *
     * @param description a text
     * @return this builder
     * @throws IllegalArgumentException if it is blank
     */
    public Builder description(String description) {
      this.description = Checks.text("description", description, "what the model is");
      return this;
    }

    /**
     * States how much depends on the model; what that obliges to is for the house to say.
     *
     * @param tier 1 for the most material models, 2 for the next, up to 9
     * @return this builder
     * @throws IllegalArgumentException if the tier is not from 1 to 9
     */
    public Builder tier(int tier) {
      if (tier < 1 || tier > 9) {
        throw new IllegalArgumentException(
            "tier: found " + tier + ", expected 1 (the most material) to 9");
      }
      this.tier = tier;
      return this;
    }

    /**
     * Adds regions where the model may be loaded; without any, it may be loaded anywhere. Runtimes
     * elsewhere, and those that do not say where they are, refuse it.
     *
     * @param regions for example {@code eu-west-1} or {@code ch}: {@code
     *     [a-z0-9][a-z0-9._-]{0,127}}
     * @return this builder
     * @throws IllegalArgumentException if a region is written otherwise
     */
    public Builder regions(String... regions) {
      for (String region : regions) {
        this.regions.add(ModelRef.checkName("region", region));
      }
      return this;
    }

    /**
     * States what the model's bytes declare, as {@code model.signature()} tells it.
     *
     * @param signature inputs and outputs
     * @return this builder
     */
    public Builder signature(ModelSignature signature) {
      this.signature = Objects.requireNonNull(signature, "signature");
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
     * Adds a data set that the metrics were measured on.
     *
     * @param data the data set
     * @return this builder
     */
    public Builder evaluatedOn(DatasetRef data) {
      evaluatedOn.add(Objects.requireNonNull(data, "data"));
      return this;
    }

    /**
     * States a metric over all rows; a second value for a name replaces the first.
     *
     * @param name for example {@code roc_auc}
     * @param value a finite number
     * @return this builder
     * @throws IllegalArgumentException if the name is blank or the value is not finite
     */
    public Builder metric(String name, double value) {
      metrics.put(Checks.name("metric", name), Checks.finite(name, value));
      return this;
    }

    /**
     * States a metric over a part of the rows; a second value for the same part and name replaces
     * the first.
     *
     * @param name for example {@code roc_auc}
     * @param slice which rows
     * @param value a finite number
     * @return this builder
     * @throws IllegalArgumentException if the name is blank or the value is not finite
     */
    public Builder metric(String name, Slice slice, double value) {
      Objects.requireNonNull(slice, "slice");
      Checks.name("metric", name);
      Checks.finite(name + " where " + slice, value);
      slices.computeIfAbsent(slice, key -> new TreeMap<>()).put(name, value);
      return this;
    }

    /**
     * States how the model was made; a second value for a name replaces the first.
     *
     * @param name for example {@code learning_rate}
     * @param value the value as text; may be empty
     * @return this builder
     * @throws IllegalArgumentException if the name is blank
     */
    public Builder parameter(String name, String value) {
      parameters.put(Checks.name("parameter", name), Objects.requireNonNull(value, "value"));
      return this;
    }

    /**
     * States where random numbers began; a second value for a name replaces the first.
     *
     * @param name what it was for, for example {@code split}
     * @param value the seed
     * @return this builder
     * @throws IllegalArgumentException if the name is blank
     */
    public Builder seed(String name, long value) {
      seeds.put(Checks.name("seed", name), value);
      return this;
    }

    /**
     * States the code that made the model.
     *
     * @param commit a commit, with its repository where that is not obvious, without spaces
     * @return this builder
     * @throws IllegalArgumentException if it is blank or has spaces
     */
    public Builder commit(String commit) {
      Checks.text("commit", commit, "a commit of the code");
      if (commit.chars().anyMatch(Character::isWhitespace)) {
        throw new IllegalArgumentException(
            "commit: found \""
                + commit
                + "\", expected a commit without spaces, as 3f2a9c1 or github.com/acme/ml@3f2a9c1");
      }
      this.commit = commit;
      return this;
    }

    /**
     * Adds a version that the model was made from: fine-tuned, distilled, quantised, ...
     *
     * @param version the version; it may belong to another registry
     * @return this builder
     * @throws IllegalArgumentException if the version was added already
     */
    public Builder parent(ModelVersion version) {
      Objects.requireNonNull(version, "version");
      if (parents.contains(version)) {
        throw new IllegalArgumentException(
            "parent: found " + version + " twice, expected each version once");
      }
      parents.add(version);
      return this;
    }

    /**
     * Adds what must be watched while the model serves.
     *
     * @param duty which metric, how often, by whom, and what is done
     * @return this builder
     */
    public Builder monitored(MonitoringDuty duty) {
      monitoring.add(Objects.requireNonNull(duty, "duty"));
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
