package io.mlops4j.model;

import java.time.Instant;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * A reference to a data set by name and digest. It may also state how the rows were chosen.
 *
 * <p>Immutable and thread safe: {@link #withQuery}, {@link #withPeriod} and {@link #withRows}
 * return changed copies.
 */
public final class DatasetRef {
  private static final long NO_ROWS = -1;

  private final String name;
  private final Digest digest;
  private final @Nullable String query;
  private final @Nullable Instant from;
  private final @Nullable Instant until;
  private final long rows;

  private DatasetRef(
      String name,
      Digest digest,
      @Nullable String query,
      @Nullable Instant from,
      @Nullable Instant until,
      long rows) {
    this.name = name;
    this.digest = digest;
    this.query = query;
    this.from = from;
    this.until = until;
    this.rows = rows;
  }

  /**
   * Returns a reference to a data set.
   *
   * @param name the data set's name, for people
   * @param digest the digest of its bytes
   * @return the reference
   * @throws IllegalArgumentException if the name is blank
   */
  public static DatasetRef of(String name, Digest digest) {
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(digest, "digest");
    if (name.isBlank()) {
      throw new IllegalArgumentException("name: found a blank name, expected the data set's name");
    }
    return new DatasetRef(name, digest, null, null, null, NO_ROWS);
  }

  /**
   * Sets how the rows were chosen.
   *
   * @param query a query, for example in SQL
   * @return a changed copy
   * @throws IllegalArgumentException if the query is blank
   */
  public DatasetRef withQuery(String query) {
    return new DatasetRef(
        name, digest, Checks.text("query", query, "how the rows were chosen"), from, until, rows);
  }

  /**
   * Sets the period to which the rows belong.
   *
   * @param from the start, inclusive
   * @param until the end, exclusive
   * @return a changed copy
   * @throws IllegalArgumentException if {@code until} is not after {@code from}
   */
  public DatasetRef withPeriod(Instant from, Instant until) {
    if (!from.isBefore(until)) {
      throw new IllegalArgumentException(
          "until: found "
              + until
              + ", expected a time after "
              + from
              + ", the start of the period");
    }
    return new DatasetRef(name, digest, query, from, until, rows);
  }

  /**
   * Sets the number of its rows.
   *
   * @param rows 0 or more
   * @return a changed copy
   * @throws IllegalArgumentException if it is negative
   */
  public DatasetRef withRows(long rows) {
    if (rows < 0) {
      throw new IllegalArgumentException("rows: found " + rows + ", expected 0 or more");
    }
    return new DatasetRef(name, digest, query, from, until, rows);
  }

  /**
   * Returns the data set's name, for people.
   *
   * @return the name
   */
  public String name() {
    return name;
  }

  /**
   * Returns the digest of its bytes.
   *
   * @return the digest
   */
  public Digest digest() {
    return digest;
  }

  /**
   * Returns how its rows were chosen.
   *
   * @return empty if it was not set
   */
  public Optional<String> query() {
    return Optional.ofNullable(query);
  }

  /**
   * Returns the start of the period to which its rows belong, inclusive.
   *
   * @return empty if it was not set
   */
  public Optional<Instant> from() {
    return Optional.ofNullable(from);
  }

  /**
   * Returns the end of the period to which its rows belong, exclusive.
   *
   * @return empty if {@link #from} is empty
   */
  public Optional<Instant> until() {
    return Optional.ofNullable(until);
  }

  /**
   * Returns the number of its rows.
   *
   * @return empty if it was not set
   */
  public OptionalLong rows() {
    return rows == NO_ROWS ? OptionalLong.empty() : OptionalLong.of(rows);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof DatasetRef that
        && name.equals(that.name)
        && digest.equals(that.digest)
        && Objects.equals(query, that.query)
        && Objects.equals(from, that.from)
        && Objects.equals(until, that.until)
        && rows == that.rows;
  }

  @Override
  public int hashCode() {
    return Objects.hash(name, digest, query, from, until, rows);
  }

  /**
   * Returns a short description for people.
   *
   * @return for example {@code flights-2001-01 sha256:0123456789ab}
   */
  @Override
  public String toString() {
    return name + " " + digest.abbreviated();
  }
}
