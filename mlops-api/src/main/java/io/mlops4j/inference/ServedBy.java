package io.mlops4j.inference;

import io.mlops4j.model.Digest;
import io.mlops4j.model.ModelVersion;
import io.mlops4j.registry.AliasRecord;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Who answered. One instance for each load or published swap, so that a call allocates nothing.
 *
 * <p>Immutable; compared by value.
 */
public final class ServedBy {
  private final String model;
  private final Digest digest;
  private final @Nullable ModelVersion version;
  private final @Nullable AliasRecord alias;
  private final String engine;

  private ServedBy(
      String model,
      Digest digest,
      @Nullable ModelVersion version,
      @Nullable AliasRecord alias,
      String engine) {
    this.model = Objects.requireNonNull(model, "model");
    this.digest = Objects.requireNonNull(digest, "digest");
    this.version = version;
    this.alias = alias;
    this.engine = Objects.requireNonNull(engine, "engine");
  }

  /**
   * States who answers.
   *
   * @param model the model's name, or its file's
   * @param digest what its bytes are
   * @param version the registry's version, or null for a plain file
   * @param alias the record that made it serve, or null when no alias was followed
   * @param engine the engine's name
   * @return the statement
   */
  public static ServedBy of(
      String model,
      Digest digest,
      @Nullable ModelVersion version,
      @Nullable AliasRecord alias,
      String engine) {
    return new ServedBy(model, digest, version, alias, engine);
  }

  /**
   * The model's name, or its file's.
   *
   * @return the name
   */
  public String model() {
    return model;
  }

  /**
   * What the bytes are that answered.
   *
   * @return the digest that was verified before they were loaded
   */
  public Digest digest() {
    return digest;
  }

  /**
   * The registry's version.
   *
   * @return empty for a plain file
   */
  public Optional<ModelVersion> version() {
    return Optional.ofNullable(version);
  }

  /**
   * The record that made this version serve.
   *
   * @return empty when no alias was followed
   */
  public Optional<AliasRecord> alias() {
    return Optional.ofNullable(alias);
  }

  /**
   * The engine's name.
   *
   * @return for example {@code onnxruntime}
   */
  public String engine() {
    return engine;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof ServedBy that
        && model.equals(that.model)
        && digest.equals(that.digest)
        && Objects.equals(version, that.version)
        && Objects.equals(alias, that.alias)
        && engine.equals(that.engine);
  }

  @Override
  public int hashCode() {
    return Objects.hash(model, digest, version, alias, engine);
  }

  /**
   * For people.
   *
   * @return for example {@code flight-delay:1, sha256:0123456789ab, champion record 1, onnxruntime}
   */
  @Override
  public String toString() {
    return (version == null ? model : version.toString())
        + ", "
        + digest.abbreviated()
        + (alias == null ? "" : ", " + alias.alias() + " record " + alias.number())
        + ", "
        + engine;
  }
}
