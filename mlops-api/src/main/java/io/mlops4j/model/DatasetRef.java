package io.mlops4j.model;

import java.time.Instant;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A data set by name and content, and how its rows were chosen.
 *
 * <p>Immutable: {@link #withQuery} and {@link #withPeriod} return changed copies.
 */
public final class DatasetRef {
  private final String name;
  private final Digest digest;
  private final @Nullable String query;
  private final @Nullable Instant from;
  private final @Nullable Instant until;

  private DatasetRef(
      String name,
      Digest digest,
      @Nullable String query,
      @Nullable Instant from,
      @Nullable Instant until) {
    this.name = name;
    this.digest = digest;
    this.query = query;
    this.from = from;
    this.until = until;
  }

  /**
   * Names a data set.
   *
   * @param name a name that people know it by
   * @param digest what its bytes are
   * @return the reference
   * @throws IllegalArgumentException if the name is blank
   */
  public static DatasetRef of(String name, Digest digest) {
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(digest, "digest");
    if (name.isBlank()) {
      throw new IllegalArgumentException("name: found a blank name, expected the data set's name");
    }
    return new DatasetRef(name, digest, null, null, null);
  }

  /**
   * States how its rows were chosen.
   *
   * @param query for example an SQL query
   * @return a changed copy
   * @throws IllegalArgumentException if the query is blank
   */
  public DatasetRef withQuery(String query) {
    return new DatasetRef(
        name, digest, Checks.text("query", query, "how the rows were chosen"), from, until);
  }

  /**
   * States the time that its rows are of.
   *
   * @param from the earliest time
   * @param until the first time after the latest
   * @return a changed copy
   * @throws IllegalArgumentException if {@code until} is not after {@code from}
   */
  public DatasetRef withPeriod(Instant from, Instant until) {
    if (!from.isBefore(until)) {
      throw new IllegalArgumentException(
          "until: found " + until + ", expected a time after " + from + ", where the data begin");
    }
    return new DatasetRef(name, digest, query, from, until);
  }

  /**
   * The name that people know it by.
   *
   * @return the name
   */
  public String name() {
    return name;
  }

  /**
   * What its bytes are.
   *
   * @return their digest
   */
  public Digest digest() {
    return digest;
  }

  /**
   * How its rows were chosen.
   *
   * @return empty when not stated
   */
  public Optional<String> query() {
    return Optional.ofNullable(query);
  }

  /**
   * The earliest time that its rows are of.
   *
   * @return empty when not stated
   */
  public Optional<Instant> from() {
    return Optional.ofNullable(from);
  }

  /**
   * The first time after the latest that its rows are of.
   *
   * @return empty when {@link #from} is
   */
  public Optional<Instant> until() {
    return Optional.ofNullable(until);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof DatasetRef that
        && name.equals(that.name)
        && digest.equals(that.digest)
        && Objects.equals(query, that.query)
        && Objects.equals(from, that.from)
        && Objects.equals(until, that.until);
  }

  @Override
  public int hashCode() {
    return Objects.hash(name, digest, query, from, until);
  }

  /**
   * For people.
   *
   * @return for example {@code flights-2001-01 sha256:0123456789ab}
   */
  @Override
  public String toString() {
    return name + " " + digest.abbreviated();
  }
}
