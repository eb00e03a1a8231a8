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

  private ServedBy(
      String model,
      Digest digest,
      @Nullable ModelVersion version,
      @Nullable AliasRecord alias,
      String engine,
      List<ServedBy> members) {
    this.model = Objects.requireNonNull(model, "model");
    this.digest = Objects.requireNonNull(digest, "digest");
    this.version = version;
    this.alias = alias;
    this.engine = Objects.requireNonNull(engine, "engine");
    this.members = members;
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
    return new ServedBy(model, digest, version, alias, engine, List.of());
  }

  /**
   * Names the models that a composition called.
   *
   * @param members one value for each member, in the order of the composition
   * @return a changed copy
   */
  public ServedBy withMembers(List<ServedBy> members) {
    List<ServedBy> copy = List.copyOf(Objects.requireNonNull(members, "members"));
    return new ServedBy(model, digest, version, alias, engine, copy);
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

  @Override
  public boolean equals(Object other) {
    return other instanceof ServedBy that
        && model.equals(that.model)
        && digest.equals(that.digest)
        && Objects.equals(version, that.version)
        && Objects.equals(alias, that.alias)
        && engine.equals(that.engine)
        && members.equals(that.members);
  }

  @Override
  public int hashCode() {
    return Objects.hash(model, digest, version, alias, engine, members);
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
            : members.stream()
                .map(ServedBy::toString)
                .collect(Collectors.joining("; ", " [", "]")));
  }
}
