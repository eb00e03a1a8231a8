package io.mlops4j.registry;

import io.mlops4j.model.ModelCard;
import io.mlops4j.model.ModelVersion;
import io.mlops4j.spi.ModelSource;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * A store of immutable model versions and of the aliases that name them.
 *
 * <p>References are text in the forms of {@link io.mlops4j.model.ModelRef}. Thread safe, and safe
 * for many processes on one store. Whoever opened a registry closes it; a use after close throws
 * {@link IllegalStateException}. A version or alias that does not exist throws {@link
 * io.mlops4j.error.RegistryException} with what there is; a broken digest or history {@link
 * io.mlops4j.error.IntegrityException}; a reference of another form {@link
 * IllegalArgumentException}.
 */
public interface ModelRegistry extends AutoCloseable {
  /**
   * Publishes a version. It exists completely or not at all. The same bytes with the same card are
   * the same version: publishing again returns it; another card makes a new version.
   *
   * @param card what people need to know; names the model
   * @param fileOrFolder the model's file, or the folder that holds all its files; only read
   * @return the version, new or found
   * @throws io.mlops4j.error.ModelLoadException if there is no model of a known format, or its
   *     files cannot be read
   * @throws io.mlops4j.error.RegistryException if it cannot be stored; nothing is changed
   */
  ModelVersion publish(ModelCard card, Path fileOrFolder);

  /**
   * Finds the version that a reference means now.
   *
   * @param ref {@code name} for the latest, {@code name:number} or {@code name@alias}
   * @return the version
   */
  ModelVersion resolve(String ref);

  /**
   * The card that a version was published with.
   *
   * @param version a version of this registry
   * @return the card
   */
  ModelCard card(ModelVersion version);

  /**
   * The versions of a model, the oldest first.
   *
   * @param model the model's name
   * @return an unmodifiable list, empty for a model that was never published
   */
  List<ModelVersion> versions(String model);

  /**
   * The bytes of a version, verified against its digest before they are handed out.
   *
   * @param version a version of this registry
   * @return what an engine loads
   * @throws io.mlops4j.error.IntegrityException if the bytes are not those that were published
   */
  ModelSource source(ModelVersion version);

  /**
   * The same for an engine that may not need the bytes, as one with a cache of prepared models: a
   * registry may put reading and verifying off until they are asked for, and throw what {@link
   * #source} throws then.
   *
   * @param version a version of this registry
   * @return what an engine loads
   * @throws io.mlops4j.error.IntegrityException if it is known now that the bytes are not those
   *     that were published
   */
  default ModelSource deferredSource(ModelVersion version) {
    return source(version);
  }

  /**
   * Lets an alias name a version, whatever it names now.
   *
   * @param ref {@code name@alias}
   * @param to a version of this registry and of this model
   * @param change who, and why
   * @return the new record
   */
  AliasRecord assign(String ref, ModelVersion to, Change change);

  /**
   * Lets an alias name a version if its newest record is still the expected one.
   *
   * @param ref {@code name@alias}
   * @param to a version of this registry and of this model
   * @param change who, and why
   * @param expected the record that the caller saw
   * @return the new record
   * @throws io.mlops4j.error.RegistryException if the alias has a newer record; nothing is changed
   */
  AliasRecord assign(String ref, ModelVersion to, Change change, AliasRecord expected);

  /**
   * The newest record of an alias; cheap enough to poll.
   *
   * @param ref {@code name@alias}
   * @return empty when the alias was never assigned
   */
  Optional<AliasRecord> head(String ref);

  /**
   * All records of an alias, the oldest first, with every link checked.
   *
   * @param ref {@code name@alias}
   * @return an unmodifiable list, empty when the alias was never assigned
   * @throws io.mlops4j.error.IntegrityException if a record was altered or is missing
   */
  List<AliasRecord> history(String ref);

  /**
   * Where the registry is, so that another process can open it.
   *
   * @return its address
   */
  URI location();

  /** Closes the registry; a second call does nothing. Sources handed out stay valid. */
  @Override
  void close();
}
