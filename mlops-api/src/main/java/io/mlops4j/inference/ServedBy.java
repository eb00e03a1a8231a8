package io.mlops4j.inference;

import io.mlops4j.model.Digest;
import io.mlops4j.model.ModelVersion;
import io.mlops4j.registry.AliasRecord;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The model, version and engine that answer a call. There is one instance for each load or
 * published swap, so a call does not allocate one. The answer of a composition also names the
 * members that took part in it.
 *
 * <p>Immutable and thread safe; compared by value.
 */
public final class ServedBy {
  private final String model;
  private final Digest digest;
  private final @Nullable ModelVersion version;
  private final @Nullable AliasRecord alias;
  private final String engine;
  private final List<ServedBy> members;
  private final @Nullable Fallback fallback;

  /** Why another version, or a default prediction, answered. */
  public enum Reason {
    /** The call failed. */
    FAILED,
    /** The call did not end within its deadline. */
    DEADLINE,
    /** The version was not called, because its circuit breaker is open. */
    CIRCUIT_OPEN
  }

  /**
   * Marks an answer that was given in place of another version's.
   *
   * @param reason why that version did not answer
   * @param instead the version that should have answered
   */
  public record Fallback(Reason reason, ModelVersion instead) {
    /**
     * Checks that nothing is null.
     *
     * @param reason why that version did not answer
     * @param instead the version that should have answered
     */
    public Fallback {
      Objects.requireNonNull(reason, "reason");
      Objects.requireNonNull(instead, "instead");
    }

    @Override
    public String toString() {
      return switch (reason) {
        case FAILED -> "in place of " + instead + ", which failed";
        case DEADLINE -> "in place of " + instead + ", which exceeded the deadline";
        case CIRCUIT_OPEN -> "in place of " + instead + ", whose circuit breaker is open";
      };
    }
  }

  private ServedBy(
      String model,
      Digest digest,
      @Nullable ModelVersion version,
      @Nullable AliasRecord alias,
      String engine,
      List<ServedBy> members,
      @Nullable Fallback fallback) {
    this.model = Objects.requireNonNull(model, "model");
    this.digest = Objects.requireNonNull(digest, "digest");
    this.version = version;
    this.alias = alias;
    this.engine = Objects.requireNonNull(engine, "engine");
    this.members = members;
    this.fallback = fallback;
  }

  /**
   * Creates the value.
   *
   * @param model the model's name, or the name of its file
   * @param digest the digest of its bytes
   * @param version the registry's version, or null for a plain file
   * @param alias the alias record that selected the version, or null if no alias was followed
   * @param engine the engine's name
   * @return the value
   */
  public static ServedBy of(
      String model,
      Digest digest,
      @Nullable ModelVersion version,
      @Nullable AliasRecord alias,
      String engine) {
    return new ServedBy(model, digest, version, alias, engine, List.of(), null);
  }

  /**
   * Names the models that a composition called.
   *
   * @param members one value for each member, in the order of the composition
   * @return a changed copy
   */
  public ServedBy withMembers(List<ServedBy> members) {
    List<ServedBy> copy = List.copyOf(Objects.requireNonNull(members, "members"));
    return new ServedBy(model, digest, version, alias, engine, copy, fallback);
  }

  /**
   * Marks the answers of this version as a fallback.
   *
   * @param why why it answers, and in whose place
   * @return a changed copy
   */
  public ServedBy asFallback(Fallback why) {
    return new ServedBy(
        model, digest, version, alias, engine, members, Objects.requireNonNull(why, "why"));
  }

  /**
   * Returns the model's name, or the name of its file.
   *
   * @return the name
   */
  public String model() {
    return model;
  }

  /**
   * Returns the digest of the model's bytes.
   *
   * @return the digest that was verified before they were loaded
   */
  public Digest digest() {
    return digest;
  }

  /**
   * Returns the registry's version.
   *
   * @return empty for a plain file
   */
  public Optional<ModelVersion> version() {
    return Optional.ofNullable(version);
  }

  /**
   * Returns the alias record that selected this version.
   *
   * @return empty if no alias was followed
   */
  public Optional<AliasRecord> alias() {
    return Optional.ofNullable(alias);
  }

  /**
   * Returns the engine's name.
   *
   * @return for example {@code onnxruntime}
   */
  public String engine() {
    return engine;
  }

  /**
   * Returns the models that a composition called, each with its version.
   *
   * @return an unmodifiable list in the order of the composition; empty for a single model
   */
  public List<ServedBy> members() {
    return members;
  }

  /**
   * Returns why this version, or a default prediction, answered in place of another version.
   *
   * @return empty for the usual case that the chosen version answered
   */
  public Optional<Fallback> fallback() {
    return Optional.ofNullable(fallback);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof ServedBy that
        && model.equals(that.model)
        && digest.equals(that.digest)
        && Objects.equals(version, that.version)
        && Objects.equals(alias, that.alias)
        && engine.equals(that.engine)
        && members.equals(that.members)
        && Objects.equals(fallback, that.fallback);
  }

  @Override
  public int hashCode() {
    return Objects.hash(model, digest, version, alias, engine, members, fallback);
  }

  /**
   * Returns a short description for people.
   *
   * @return for example {@code flight-delay:1, sha256:0123456789ab, champion record 1,
   *     onnxruntime}; the members of a composition follow in brackets
   */
  @Override
  public String toString() {
    return (version == null ? model : version.toString())
        + ", "
        + digest.abbreviated()
        + (alias == null ? "" : ", " + alias.alias() + " record " + alias.number())
        + ", "
        + engine
        + (members.isEmpty()
            ? ""
            : members.stream().map(ServedBy::toString).collect(Collectors.joining("; ", " [", "]")))
        + (fallback == null ? "" : ", " + fallback);
  }
}
