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
 * What people need to know about a model beyond its bytes: who owns it, what it is for and where it
 * may run, its inputs and outputs, what it was made from, and how good it was.
 *
 * <p>A card states facts. Except for its {@link #regions}, it enforces nothing. A fact that was not
 * set is absent, never guessed.
 *
 * <p>A card is part of a version and never changes. Another card makes a new version, even for the
 * same bytes. Cards are compared by value. Immutable and thread safe.
 */
public final class ModelCard {
  private final String name;
  private final @Nullable String owner;
  private final @Nullable String licence;
  private final @Nullable String intendedUse;
  private final @Nullable String description;
  private final @Nullable FeatureSchema features;
  private final Map<String, Feature> featureRules;
  private final boolean lenientColumns;
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
    featureRules = Collections.unmodifiableMap(new TreeMap<>(builder.featureRules));
    lenientColumns = builder.lenientColumns;
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
   * Starts a card for a model.
   *
   * @param name the model's name, {@code [a-z0-9][a-z0-9._-]{0,127}}
   * @return a builder without further facts
   * @throws IllegalArgumentException if the name is not allowed
   */
  public static Builder builder(String name) {
    return new Builder(ModelRef.checkName("model", name));
  }

  /**
   * Returns the model's name.
   *
   * @return the name
   */
  public String name() {
    return name;
  }

  /**
   * Returns the owner of the model.
   *
   * @return a person or team; empty if not set
   */
  public Optional<String> owner() {
    return Optional.ofNullable(owner);
  }

  /**
   * Returns the licence under which the model may be used.
   *
   * @return an SPDX identifier; empty if not set
   */
  public Optional<String> licence() {
    return Optional.ofNullable(licence);
  }

  /**
   * Returns what the model is for, and what it is not for.
   *
   * @return a sentence; empty if not set
   */
  public Optional<String> intendedUse() {
    return Optional.ofNullable(intendedUse);
  }

  /**
   * Returns the description of the model.
   *
   * @return a text; empty if not set
   */
  public Optional<String> description() {
    return Optional.ofNullable(description);
  }

  /**
   * Returns how much depends on the model.
   *
   * @return 1 (the most material models) to 9; empty if not set
   */
  public OptionalInt tier() {
    return tier == null ? OptionalInt.empty() : OptionalInt.of(tier);
  }

  /**
   * Returns the regions where the model may be loaded. A runtime checks them before it loads a
   * version from a registry. It rejects the version if the card names regions, but not the region
   * of the runtime ({@code ModelRuntime.builder().region}).
   *
   * @return a sorted, unmodifiable set; empty if the model may run anywhere
   */
  public Set<String> regions() {
    return regions;
  }

  /**
   * Returns whether the model may be loaded in a region.
   *
   * @param region the region, compared as text
   * @return true if the card names the region, or no region
   */
  public boolean mayRunIn(String region) {
    return regions.isEmpty() || regions.contains(Objects.requireNonNull(region, "region"));
  }

  /**
   * Returns the inputs and outputs that the model's bytes declare.
   *
   * @return empty if not set; the loaded model always has its signature
   */
  public Optional<ModelSignature> signature() {
    return Optional.ofNullable(signature);
  }

  /**
   * Returns how columns match the model's inputs.
   *
   * @return empty if columns match by name alone
   */
  public Optional<FeatureSchema> features() {
    return Optional.ofNullable(features);
  }

  /**
   * Returns the rules for single features. Each replaces the feature of its name in {@link
   * #features} or, without them, the input of its name.
   *
   * @return an unmodifiable list, sorted by name; empty if not set
   */
  public List<Feature> featureRules() {
    return List.copyOf(featureRules.values());
  }

  /**
   * Returns whether columns are converted where that is safe.
   *
   * @return true after {@link Builder#lenientColumns()}
   */
  public boolean lenientColumns() {
    return lenientColumns;
  }

  /**
   * Returns the model's self-test.
   *
   * @return the golden rows; empty if not set
   */
  public Optional<GoldenRows> goldenRows() {
    return Optional.ofNullable(goldenRows);
  }

  /**
   * Returns the data sets that the model was trained on.
   *
   * @return an unmodifiable list, empty if not set
   */
  public List<DatasetRef> trainedOn() {
    return trainedOn;
  }

  /**
   * Returns the data sets that its metrics were measured on.
   *
   * @return an unmodifiable list, empty if not set
   */
  public List<DatasetRef> evaluatedOn() {
    return evaluatedOn;
  }

  /**
   * Returns the metrics over all rows of the evaluation, measured when the model was made.
   *
   * @return an unmodifiable map from metric to value, sorted by name
   */
  public Map<String, Double> metrics() {
    return metrics;
  }

  /**
   * Returns the metrics over parts of the rows.
   *
   * @return an unmodifiable map from slice to metric to value, sorted
   */
  public Map<Slice, Map<String, Double>> slices() {
    return slices;
  }

  /**
   * Returns how the model was made, such as its hyper-parameters.
   *
   * @return an unmodifiable map from name to value, sorted by name
   */
  public Map<String, String> parameters() {
    return parameters;
  }

  /**
   * Returns the seeds of its random numbers.
   *
   * @return an unmodifiable map from name to seed, sorted by name
   */
  public Map<String, Long> seeds() {
    return seeds;
  }

  /**
   * Returns the commit of the code that made the model.
   *
   * @return a commit; empty if not set
   */
  public Optional<String> commit() {
    return Optional.ofNullable(commit);
  }

  /**
   * Returns the versions that the model was made from, such as by fine-tuning, distilling or
   * quantising.
   *
   * @return an unmodifiable list; the versions may belong to another registry
   */
  public List<ModelVersion> parents() {
    return parents;
  }

  /**
   * Returns what must be watched while the model serves.
   *
   * @return an unmodifiable list, empty if not set
   */
  public List<MonitoringDuty> monitoring() {
    return monitoring;
  }

  private List<Object> state() {
    return List.of(
        List.of(name, owner(), licence(), intendedUse(), description(), tier(), regions),
        List.of(signature(), features(), featureRules, lenientColumns),
        List.of(goldenRows(), metrics, slices, monitoring),
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

  /** Collects the facts of a card. Every method changes this builder. Not thread safe. */
  public static final class Builder {
    private final String name;
    private @Nullable String owner;
    private @Nullable String licence;
    private @Nullable String intendedUse;
    private @Nullable String description;
    private @Nullable FeatureSchema features;
    private final Map<String, Feature> featureRules = new TreeMap<>();
    private boolean lenientColumns;
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
     * Sets the owner of the model.
     *
     * @param owner a person or team, not blank
     * @return this builder
     * @throws IllegalArgumentException if the owner is blank
     */
    public Builder owner(String owner) {
      this.owner = Checks.text("owner", owner, "a person or team");
      return this;
    }

    /**
     * Sets the licence.
     *
     * @param spdx an SPDX identifier
     * @return this builder
     * @throws IllegalArgumentException if the identifier is blank
     */
    public Builder licence(String spdx) {
      this.licence = Checks.text("spdx", spdx, "an SPDX identifier");
      return this;
    }

    /**
     * Sets what the model is for, and what it is not for.
     *
     * @param use a sentence
     * @return this builder
     * @throws IllegalArgumentException if the sentence is blank
     */
    public Builder intendedUse(String use) {
      this.intendedUse = Checks.text("use", use, "what the model is for");
      return this;
    }

    /**
     * Sets the description of the model.
     *
     * @param description a text
     * @return this builder
     * @throws IllegalArgumentException if the description is blank
     */
    public Builder description(String description) {
      this.description = Checks.text("description", description, "what the model is");
      return this;
    }

    /**
     * Sets how much depends on the model. Each organisation decides what a tier requires.
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
     * Adds regions where the model may be loaded. Without regions, it may be loaded anywhere.
     * Runtimes in other regions, and runtimes without a region, reject the model.
     *
     * @param regions names that match {@code [a-z0-9][a-z0-9._-]{0,127}}, for example {@code
     *     eu-west-1} or {@code ch}
     * @return this builder
     * @throws IllegalArgumentException if a name has another form
     */
    public Builder regions(String... regions) {
      for (String region : regions) {
        this.regions.add(ModelRef.checkName("region", region));
      }
      return this;
    }

    /**
     * Sets the inputs and outputs that the model's bytes declare, as {@code model.signature()}
     * returns them.
     *
     * @param signature inputs and outputs
     * @return this builder
     */
    public Builder signature(ModelSignature signature) {
      this.signature = Objects.requireNonNull(signature, "signature");
      return this;
    }

    /**
     * Sets how columns match the model's inputs.
     *
     * @param features the schema
     * @return this builder
     */
    public Builder features(FeatureSchema features) {
      this.features = Objects.requireNonNull(features, "features");
      return this;
    }

    /**
     * Sets the rule for one feature: its column, null policy and narrowing. All other features stay
     * as {@link #features} or, without it, the model's inputs say. It replaces an earlier rule for
     * the same feature. A model without such a feature is rejected when it is loaded.
     *
     * @param feature the feature, for example {@code
     *     Feature.of("city").withNulls(NullPolicy.replaceWith("missing"))}
     * @return this builder
     */
    public Builder feature(Feature feature) {
      featureRules.put(Objects.requireNonNull(feature, "feature").name(), feature);
      return this;
    }

    /**
     * Takes columns as pandas and CSV files hold them, by the rules of {@link
     * io.mlops4j.inference.LoadOptions.Builder#lenientColumns()}.
     *
     * @return this builder
     */
    public Builder lenientColumns() {
      this.lenientColumns = true;
      return this;
    }

    /**
     * Sets the model's self-test.
     *
     * @param rows input rows with the expected outputs
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
     * Adds a data set that the model was trained on.
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
     * Sets a metric over all rows. It replaces an earlier value of the same name.
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
     * Sets a metric over a part of the rows. It replaces an earlier value of the same slice and
     * name.
     *
     * @param name for example {@code roc_auc}
     * @param slice the part of the rows
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
     * Sets how the model was made. It replaces an earlier value of the same name.
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
     * Sets the seed of random numbers. It replaces an earlier value of the same name.
     *
     * @param name the purpose, for example {@code split}
     * @param value the seed
     * @return this builder
     * @throws IllegalArgumentException if the name is blank
     */
    public Builder seed(String name, long value) {
      seeds.put(Checks.name("seed", name), value);
      return this;
    }

    /**
     * Sets the code that made the model.
     *
     * @param commit a commit without spaces; include the repository if it is not obvious
     * @return this builder
     * @throws IllegalArgumentException if the commit is blank or has spaces
     */
    public Builder commit(String commit) {
      Checks.text("commit", commit, "a commit of the code");
      if (commit.chars().anyMatch(Character::isWhitespace)) {
        throw new IllegalArgumentException(
            "commit: found \""
                + commit
                + "\", expected a commit without spaces, such as 3f2a9c1 or github.com/acme/ml@3f2a9c1");
      }
      this.commit = commit;
      return this;
    }

    /**
     * Adds a version that the model was made from, such as by fine-tuning, distilling or
     * quantising.
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
     * Adds a duty to watch a metric while the model serves.
     *
     * @param duty the metric, how often, by whom, and what to do
     * @return this builder
     */
    public Builder monitored(MonitoringDuty duty) {
      monitoring.add(Objects.requireNonNull(duty, "duty"));
      return this;
    }

    /**
     * Builds the card. The builder can be used further.
     *
     * @return an immutable card
     */
    public ModelCard build() {
      return new ModelCard(this);
    }
  }
}
