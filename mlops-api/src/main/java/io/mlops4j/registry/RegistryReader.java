package io.mlops4j.registry;

import io.mlops4j.model.ModelCard;
import io.mlops4j.model.ModelVersion;
import io.mlops4j.spi.ModelSource;
import java.net.URI;
import java.util.List;
import java.util.Optional;

/**
 * The methods of a registry that read models, versions and aliases, and change nothing. Use it as a
 * parameter type for code that must not change a registry.
 *
 * <p>References are text in the forms of {@link io.mlops4j.model.ModelRef}; {@link ModelRegistry}
 * says which exceptions all methods share.
 */
public interface RegistryReader {
  /**
   * Returns the names of all models.
   *
   * @return the names, sorted, unmodifiable
   */
  List<String> models();

  /**
   * Returns the aliases of a model that point to a version now. Removed aliases are not included;
   * {@link RegistryAuditor#history} reads their records.
   *
   * @param model the model's name
   * @return aliases without the model's name, sorted, unmodifiable; empty for a model without
   *     aliases
   */
  List<String> aliases(String model);

  /**
   * Returns the version that a reference means now.
   *
   * <p>The forms are:
   *
   * <ul>
   *   <li>{@code name}: the latest version that is neither deprecated nor deleted, or the latest
   *       deprecated one if there is no other
   *   <li>{@code name:number}: this version, whatever its state
   *   <li>{@code name@alias}: the version that the alias points to
   *   <li>a model's digest, {@code sha256:} and 64 hex digits: if several versions of one model
   *       have these bytes, the one in the best state (active, deprecated, deleted), then the
   *       newest
   * </ul>
   *
   * @param ref a reference
   * @return the version; {@link #status} returns its state
   * @throws io.mlops4j.error.RegistryException if there is no such version, if the alias was
   *     removed, if a bare name means a retired model (the message says who retired it, when and
   *     why), or if a digest is that of versions of several models, which the message lists
   */
  ModelVersion resolve(String ref);

  /**
   * Returns the card that a version was published with.
   *
   * @param version a version of this registry
   * @return the card
   */
  ModelCard card(ModelVersion version);

  /**
   * Returns the versions of a model that are not deleted, the oldest first. For a model with many
   * versions, prefer {@link #versions(String, VersionRange)}.
   *
   * @param model the model's name
   * @return an unmodifiable list, empty for a model that was never published
   */
  List<ModelVersion> versions(String model);

  /**
   * Returns one page of a model's versions, in any state. The time depends on the size of the page,
   * not on the number of versions.
   *
   * @param model the model's name
   * @param range the size of the page, where it starts and its order
   * @return an unmodifiable list of versions with their states, empty if there are no such versions
   */
  List<VersionStatus> versions(String model, VersionRange range);

  /**
   * Returns the state of a version.
   *
   * @param version a version of this registry
   * @return its state, and when it was published
   */
  VersionStatus status(ModelVersion version);

  /**
   * Returns how a version was published: by whom, by which process, and where it was imported from.
   *
   * @param version a version of this registry
   * @return what the version's manifest records
   */
  Publication publication(ModelVersion version);

  /**
   * Returns the bytes of a version, verified against its digest.
   *
   * @param version a version of this registry
   * @return what an engine loads; it stays valid after the registry is closed
   * @throws io.mlops4j.error.IntegrityException if the bytes are not those that were published
   * @throws io.mlops4j.error.RegistryException if the bytes were removed; the message says who
   *     deleted the version and why
   */
  ModelSource source(ModelVersion version);

  /**
   * Returns the bytes of a version for an engine that may not need them, for example because it
   * caches prepared models. A registry may read and verify the bytes only when they are used, and
   * then throws the exceptions of {@link #source}.
   *
   * @param version a version of this registry
   * @return what an engine loads
   * @throws io.mlops4j.error.IntegrityException if it is already known that the bytes are not those
   *     that were published
   */
  default ModelSource deferredSource(ModelVersion version) {
    return source(version);
  }

  /**
   * Returns whether this kind of registry stores signatures beside versions.
   *
   * @return true if {@link RegistryWriter#addSignature} can be used
   */
  default boolean keepsSignatures() {
    return false;
  }

  /**
   * Returns the signatures of a version, unverified.
   *
   * @param version a version of this registry
   * @return an unmodifiable list of copies in the order of their SHA-256, empty if there are none
   */
  default List<byte[]> signatures(ModelVersion version) {
    return List.of();
  }

  /**
   * Returns the newest record of an alias. It is cheap enough to poll. The newest record of a
   * removed alias is {@linkplain AliasRecord#isRemoval() its removal}.
   *
   * @param ref {@code name@alias}
   * @return empty if the alias was never assigned
   */
  Optional<AliasRecord> head(String ref);

  /**
   * Notifies a listener of an alias: of its newest record, if there is one, as soon as possible,
   * and then of every newer record. The registry reads the alias at the interval of {@link
   * RegistryOptions#interval}. The watch continues after an outage of the store.
   *
   * @param ref {@code name@alias}, which need not be assigned yet
   * @param listener called on the registry's thread
   * @return the watch; closing it, or the registry, ends the notifications
   */
  Watch watch(String ref, AliasListener listener);

  /**
   * Returns the record that retired a model.
   *
   * @param model the model's name
   * @return empty for a model that is not retired
   */
  Optional<VersionRecord> retirement(String model);

  /**
   * Returns what {@link RegistryWriter#collect} would do now, and changes nothing.
   *
   * @return what would be deleted, removed and restored, and how many bytes would be freed
   */
  Collected collectable();

  /**
   * Returns the address of the registry, with which another process can open it.
   *
   * @return its address
   */
  URI location();
}
