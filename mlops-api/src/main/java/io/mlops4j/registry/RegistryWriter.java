package io.mlops4j.registry;

import io.mlops4j.error.RegistryException;
import io.mlops4j.model.ModelCard;
import io.mlops4j.model.ModelVersion;
import java.nio.file.Path;

/**
 * The methods of a registry that change it: publish versions, assign aliases, change the states of
 * versions and models, delete. Each change is recorded with who made it, and why.
 *
 * <p>{@link ModelRegistry} says which exceptions all methods share.
 */
public interface RegistryWriter {
  /**
   * Publishes a version. The version exists completely or not at all. The same bytes with the same
   * card are the same version, so publishing them again returns it. Another card makes a new
   * version.
   *
   * <p>A registry has no engine, so it stores the bytes without loading them. {@code
   * ModelRuntime.publish} of mlops-runtime loads the model once before it publishes.
   *
   * @param card what people need to know about the model; it also holds the model's name
   * @param fileOrFolder the model's file, or the folder that holds all its files; only read
   * @return the version, new or found
   * @throws io.mlops4j.error.ModelLoadException if there is no model of a known format, or its
   *     files cannot be read
   * @throws io.mlops4j.error.RegistryException if it cannot be stored; nothing is changed
   */
  default ModelVersion publish(ModelCard card, Path fileOrFolder) {
    return publish(card, fileOrFolder, PublishOptions.defaults());
  }

  /**
   * Publishes a version, with options. An interrupt of the thread or an exception of the listener
   * ends the publish and leaves nothing behind.
   *
   * @param card what people need to know about the model; it also holds the model's name
   * @param fileOrFolder the model's file, or the folder that holds all its files; only read
   * @param options who publishes, where the model comes from, and who is notified of progress
   * @return the version, new or found; if several versions are the same, the newest that is not
   *     deleted
   * @throws io.mlops4j.error.ModelLoadException if there is no model of a known format, or its
   *     files cannot be read
   * @throws io.mlops4j.error.RegistryException if it cannot be stored, or the thread was
   *     interrupted, whose flag then stays set; nothing is changed
   */
  ModelVersion publish(ModelCard card, Path fileOrFolder, PublishOptions options);

  /**
   * Stores a signature beside a version, which does not change. Adding the same bytes again does
   * nothing.
   *
   * <p>The registry does not judge signatures. A runtime that loads the model checks them against
   * its trusted keys. {@link RegistryAuditor#verify(VerifyOptions)} only reports signatures that
   * are damaged or that were made for other files. Engines get the signatures with {@link
   * RegistryReader#source} as {@link io.mlops4j.spi.ModelSource#signatures}.
   *
   * @param version a version of this registry
   * @param bundle a bundle of the OpenSSF model-signing format
   * @throws io.mlops4j.error.RegistryException if the bundle is too large, cannot be stored, or
   *     this kind of registry stores no signatures
   */
  default void addSignature(ModelVersion version, byte[] bundle) {
    throw new RegistryException(
        "cannot add a signature to "
            + version
            + ": this kind of registry stores no signatures; publish the version to a registry"
            + " whose keepsSignatures() is true",
        null);
  }

  /**
   * Points an alias to a version, whatever it points to now.
   *
   * @param ref {@code name@alias}
   * @param to a version of this registry and of this model
   * @param change who, and why
   * @return the new record
   * @throws io.mlops4j.error.RegistryException if the version is deleted or its model retired;
   *     nothing is changed
   */
  AliasRecord assign(String ref, ModelVersion to, Change change);

  /**
   * Points an alias to a version if its newest record is still the expected one.
   *
   * @param ref {@code name@alias}
   * @param to a version of this registry and of this model
   * @param change who, and why
   * @param expected the record that the caller saw
   * @return the new record
   * @throws io.mlops4j.error.RegistryException if the alias has a newer record, or the version is
   *     deleted; nothing is changed
   */
  AliasRecord assign(String ref, ModelVersion to, Change change, AliasRecord expected);

  /**
   * Points an alias to a version if the alias has no record yet. If several callers try at once,
   * one succeeds.
   *
   * @param ref {@code name@alias}
   * @param to a version of this registry and of this model
   * @param change who, and why
   * @return its first record
   * @throws io.mlops4j.error.RegistryException if the alias has a record, or the version is
   *     deleted; nothing is changed
   */
  AliasRecord assignFirst(String ref, ModelVersion to, Change change);

  /**
   * Removes an alias, whatever it points to now. Its records stay, and the removal is one of them:
   * {@link RegistryAuditor#history}, {@link RegistryReader#head(String)} and {@link
   * RegistryAuditor#at} return it, while {@link RegistryReader#resolve} and {@link
   * RegistryReader#aliases} no longer know the alias. Deployments that follow the alias keep the
   * version that they serve. To undo a removal, assign the alias again.
   *
   * @param ref {@code name@alias}
   * @param change who, and why
   * @return the new record, or the earlier one of an alias that is removed already
   * @throws io.mlops4j.error.RegistryException if the alias was never assigned
   */
  AliasRecord unassign(String ref, Change change);

  /**
   * Removes an alias if its newest record is still the expected one.
   *
   * @param ref {@code name@alias}
   * @param change who, and why
   * @param expected the record that the caller saw
   * @return the new record
   * @throws io.mlops4j.error.RegistryException if the alias has a newer record, or is removed
   *     already; nothing is changed
   */
  AliasRecord unassign(String ref, Change change, AliasRecord expected);

  /**
   * Advises against a version. A bare name no longer means it if there is a version that is not
   * deprecated. Processes that use the version are not affected.
   *
   * @param version a version of this registry that is active or deprecated
   * @param change who, and why
   * @return the new record
   * @throws io.mlops4j.error.RegistryException if it is deleted; nothing is changed
   */
  VersionRecord deprecate(ModelVersion version, Change change);

  /**
   * Makes a deprecated or deleted version active again.
   *
   * @param version a version of this registry
   * @param change who, and why
   * @return the new record
   * @throws io.mlops4j.error.RegistryException if it is active, or its bytes were removed; nothing
   *     is changed
   */
  VersionRecord restore(ModelVersion version, Change change);

  /**
   * Deletes a version. Its bytes stay for the grace period of the retention, in which the version
   * can be restored. The first {@link #collect} after that removes them. Its number, digests and
   * card stay for ever.
   *
   * @param version a version of this registry
   * @param change who, and why
   * @return the new record, or the earlier one of a version that is deleted already
   * @throws io.mlops4j.error.RegistryException if an alias points to it, or pointed to it within
   *     the floor of the retention, or a process has leased it; nothing is changed
   */
  VersionRecord delete(ModelVersion version, Change change);

  /**
   * Retires a whole model. A bare name then no longer means one of its versions. Publishing under
   * its name, assigning an alias to its versions and leasing them are rejected. The versions and
   * their bytes stay, and can be found by number and digest. {@link #reinstate} undoes it.
   *
   * @param model the name of a model that was published
   * @param change who, and why
   * @return the new record, or the earlier one of a model that is retired already
   * @throws io.mlops4j.error.RegistryException if an alias points to one of its versions, or a
   *     process has leased one; nothing is changed
   */
  VersionRecord retire(String model, Change change);

  /**
   * Retires a model if nobody has changed the states of its versions meanwhile.
   *
   * @param model the name of a model that was published
   * @param change who, and why
   * @param newest the number of the newest record of {@link RegistryAuditor#changes} that the
   *     caller saw, 0 for none
   * @return the new record
   * @throws io.mlops4j.error.RegistryException if there is a newer record, the model is retired
   *     already, an alias points to one of its versions, or a process has leased one; nothing is
   *     changed
   */
  VersionRecord retire(String model, Change change, long newest);

  /**
   * Makes a retired model usable again.
   *
   * @param model the name of a retired model
   * @param change who, and why
   * @return the new record
   * @throws io.mlops4j.error.RegistryException if the model is not retired; nothing is changed
   */
  VersionRecord reinstate(String model, Change change);

  /**
   * Collects garbage: deletes the versions that the retention no longer keeps, if it allows that,
   * and removes the bytes of deleted versions whose grace period is over. Any number of processes
   * may call it at any time. If a process is killed during a collection, the next call continues
   * it.
   *
   * @param change who, and why
   * @return what was done
   */
  Collected collect(Change change);

  /**
   * Prevents a version from being deleted while this process uses it.
   *
   * @param version a version of this registry whose bytes are there
   * @param holder who uses it; anyone who tries to delete the version gets an error with this name
   * @return the lease; close it when the version is no longer used
   * @throws io.mlops4j.error.RegistryException if it is deleted
   */
  Lease lease(ModelVersion version, String holder);
}
