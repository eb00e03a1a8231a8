package io.mlops4j.runtime.view;

import io.mlops4j.model.Digest;
import io.mlops4j.runtime.internal.duckdb.Sql;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A definition of features: which columns, of which entity, and since when each row holds.
 *
 * <p>A row holds from its event time until the next row of the same keys, or until its time to live
 * has passed. The features are all columns of the source, or of the SQL or transform over it, other
 * than the keys and the two times. A view does not contain rows. Immutable and thread safe, if its
 * transform is.
 */
public final class FeatureView {
  private final String name;
  private final FeatureSource source;
  private final @Nullable String sql;
  private final @Nullable JavaStep<?> transform;
  private final List<String> keys;
  private final String eventTime;
  private final @Nullable String createdTime;
  private final @Nullable Duration timeToLive;
  private final @Nullable String owner;
  private final @Nullable String description;
  private final Digest version;

  /** A transform with its record and its version. */
  record JavaStep<R extends Record>(Class<R> type, String version, FeatureTransform<R> code) {}

  private FeatureView(Builder builder, FeatureSource source, String eventTime) {
    this.name = builder.name;
    this.source = source;
    this.sql = builder.sql;
    this.transform = builder.transform;
    this.keys = builder.keys;
    this.eventTime = eventTime;
    this.createdTime = builder.createdTime;
    this.timeToLive = builder.timeToLive;
    this.owner = builder.owner;
    this.description = builder.description;
    this.version = Digest.sha256(content().getBytes(StandardCharsets.UTF_8));
  }

  /**
   * Returns all parts that decide about values, each with its length, so that none can pass for
   * two.
   */
  private String content() {
    StringBuilder text = new StringBuilder("mlops4j feature view 1\n");
    List<String> parts = new ArrayList<>(List.of(name, source.toString(), eventTime));
    parts.add(createdTime == null ? "" : createdTime);
    parts.add(timeToLive == null ? "" : timeToLive.toString());
    parts.add(sql == null ? "" : sql);
    parts.add(transform == null ? "" : transform.version());
    parts.add(transform == null ? "" : text(RecordColumn.of(transform.type())));
    parts.addAll(keys);
    parts.forEach(part -> text.append(part.length()).append(' ').append(part).append('\n'));
    return text.toString();
  }

  /** Part of the version, so that it must not change with the name of a class. */
  private static String text(List<RecordColumn> columns) {
    return columns.stream()
        .map(column -> Sql.name(column.name()) + " " + column.type())
        .collect(Collectors.joining(", "));
  }

  /**
   * Starts a view.
   *
   * @param name at most 100 of a-z, 0-9, '.', '_' and '-', a letter or digit first
   * @return a builder, which needs a source, keys and an event time
   * @throws IllegalArgumentException if the name is different
   */
  public static Builder builder(String name) {
    if (!name.matches("[a-z0-9][a-z0-9._-]{0,99}")) {
      throw new IllegalArgumentException(
          "name: found '"
              + name
              + "', expected at most 100 of a-z, 0-9, '.', '_' and '-', a letter"
              + " or digit first");
    }
    return new Builder(name);
  }

  /**
   * Returns the name.
   *
   * @return the name
   */
  public String name() {
    return name;
  }

  /**
   * Returns the version: the digest of everything in the definition that decides about values.
   * These are the name, the source as text, the SQL, the version and record of the transform, keys,
   * times and time to live. Owner and description are not part of it, and neither are the source's
   * rows.
   *
   * @return the same digest for equal definitions, in every process
   */
  public Digest version() {
    return version;
  }

  /**
   * Returns the source.
   *
   * @return the source
   */
  public FeatureSource source() {
    return source;
  }

  /**
   * Returns the SQL over the source.
   *
   * @return empty if the view uses the source's columns
   */
  public Optional<String> sql() {
    return Optional.ofNullable(sql);
  }

  /**
   * Returns the key columns.
   *
   * @return at least one, unmodifiable
   */
  public List<String> keys() {
    return keys;
  }

  /**
   * Returns the column with the time since which a row holds.
   *
   * @return the column
   */
  public String eventTime() {
    return eventTime;
  }

  /**
   * Returns the column with the time at which a row became known.
   *
   * @return empty if every row is known at its event time
   */
  public Optional<String> createdTime() {
    return Optional.ofNullable(createdTime);
  }

  /**
   * Returns how long a row holds.
   *
   * @return empty if a row holds until the next one
   */
  public Optional<Duration> timeToLive() {
    return Optional.ofNullable(timeToLive);
  }

  /**
   * Returns the person or team that answers for the view.
   *
   * @return empty if it was not set
   */
  public Optional<String> owner() {
    return Optional.ofNullable(owner);
  }

  /**
   * Returns the description.
   *
   * @return empty if it was not set
   */
  public Optional<String> description() {
    return Optional.ofNullable(description);
  }

  @Nullable JavaStep<?> transform() {
    return transform;
  }

  long livesMicros() {
    return timeToLive == null ? Long.MAX_VALUE : Times.micros(timeToLive);
  }

  /** Returns the name of its rows in a store. Rows of another version have another name. */
  String stored() {
    return name + "/" + version.hex().substring(0, 16);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof FeatureView that
        && version.equals(that.version)
        && Objects.equals(owner, that.owner)
        && Objects.equals(description, that.description);
  }

  @Override
  public int hashCode() {
    return version.hashCode();
  }

  /**
   * Returns a short description for people.
   *
   * @return for example {@code origin-delays sha256:0123456789ab}
   */
  @Override
  public String toString() {
    return name + " " + version.abbreviated();
  }

  /** The parts of a view. Not thread safe. */
  public static final class Builder {
    private final String name;
    private @Nullable FeatureSource source;
    private @Nullable String sql;
    private @Nullable JavaStep<?> transform;
    private List<String> keys = List.of();
    private @Nullable String eventTime;
    private @Nullable String createdTime;
    private @Nullable Duration timeToLive;
    private @Nullable String owner;
    private @Nullable String description;

    private Builder(String name) {
      this.name = name;
    }

    /**
     * Sets where the rows come from.
     *
     * @param source a file or a query
     * @return this
     */
    public Builder source(FeatureSource source) {
      this.source = Objects.requireNonNull(source, "source");
      return this;
    }

    /**
     * Computes the columns in SQL.
     *
     * <p>The source must have the event time and the created time under the names that the view
     * uses, because {@link TrainingSet} checks that rows after a time do not change values before
     * it.
     *
     * @param query one SELECT of DuckDB's SQL over the table {@code source}
     * @return this
     * @throws IllegalArgumentException if the query is blank
     */
    public Builder sql(String query) {
      this.sql = Sql.query(query);
      return this;
    }

    /**
     * Computes the columns in Java, row by row, after the SQL if there is any.
     *
     * @param type the record whose components are the view's columns: boolean, int, long, float,
     *     double, their boxes, {@link String} and {@link java.time.Instant}. Primitive components
     *     are never null
     * @param version the version of the code, for example {@code "2"}; change it whenever the code
     *     gives other values, because it is part of the view's version
     * @param code the code, called by one thread at a time
     * @param <R> the record
     * @return this
     * @throws IllegalArgumentException if the version is blank, or a component has another type
     */
    public <R extends Record> Builder transform(
        Class<R> type, String version, FeatureTransform<R> code) {
      Objects.requireNonNull(code, "code");
      RecordColumn.of(type); // refuses other types
      this.transform = new JavaStep<>(type, text("version", version), code);
      return this;
    }

    /**
     * Sets the columns that name the entity, for example {@code "origin"}.
     *
     * @param columns at least one column of texts, whole numbers or booleans
     * @return this
     * @throws IllegalArgumentException if there is none, or one twice
     */
    public Builder keys(String... columns) {
      List<String> copy = List.of(columns);
      if (copy.isEmpty() || Stream.of(columns).distinct().count() < copy.size()) {
        throw new IllegalArgumentException(
            "columns: found " + copy + ", expected at least one key column, each once");
      }
      this.keys = copy;
      return this;
    }

    /**
     * Sets the column with the time since which a row holds.
     *
     * @param column a column of dates or timestamps
     * @return this
     */
    public Builder eventTime(String column) {
      this.eventTime = text("column", column);
      return this;
    }

    /**
     * Sets the column with the time at which a row became known. Without it, each row counts as
     * known at its event time, so late and corrected rows leak into training sets.
     *
     * @param column a column of dates or timestamps
     * @return this
     */
    public Builder createdTime(String column) {
      this.createdTime = text("column", column);
      return this;
    }

    /**
     * Limits how long a row holds. A row older than this is missing, in training sets and online.
     *
     * @param limit more than zero, to the microsecond; a row that is exactly this old still holds
     * @return this
     * @throws IllegalArgumentException if it is not positive
     */
    public Builder timeToLive(Duration limit) {
      if (limit.compareTo(Duration.ofNanos(1000)) < 0
          || limit.compareTo(Duration.ofDays(365_000)) > 0) {
        throw new IllegalArgumentException(
            "limit: found " + limit + ", expected a microsecond to a thousand years");
      }
      this.timeToLive = limit;
      return this;
    }

    /**
     * Sets the person or team that answers for the view.
     *
     * @param owner not blank
     * @return this
     * @throws IllegalArgumentException if it is blank
     */
    public Builder owner(String owner) {
      this.owner = text("owner", owner);
      return this;
    }

    /**
     * Sets a description for people.
     *
     * @param description not blank
     * @return this
     * @throws IllegalArgumentException if it is blank
     */
    public Builder description(String description) {
      this.description = text("description", description);
      return this;
    }

    /**
     * Builds the view. Does not read the source.
     *
     * @return the view
     * @throws IllegalStateException if the source, the keys or the event time are missing
     * @throws IllegalArgumentException if one column is a key and a time, or is both times
     */
    public FeatureView build() {
      if (source == null || eventTime == null || keys.isEmpty()) {
        throw new IllegalStateException(
            "view " + name + ": expected source(...), keys(...) and eventTime(...) before build()");
      }
      if (keys.contains(eventTime)
          || (createdTime != null && keys.contains(createdTime))
          || eventTime.equals(createdTime)) {
        throw new IllegalArgumentException(
            "view "
                + name
                + ": found keys "
                + keys
                + ", event time "
                + eventTime
                + " and created time "
                + createdTime
                + ", expected different columns");
      }
      return new FeatureView(this, source, eventTime);
    }

    private static String text(String what, String text) {
      if (text.isBlank()) {
        throw new IllegalArgumentException(
            what + ": found a blank text, expected at least one visible character");
      }
      return text;
    }
  }
}
