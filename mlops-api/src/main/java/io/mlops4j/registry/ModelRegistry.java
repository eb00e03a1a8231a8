package io.mlops4j.registry;

import io.mlops4j.error.RegistryException;
import io.mlops4j.model.ModelCard;
import io.mlops4j.model.ModelVersion;
import io.mlops4j.spi.ModelSource;
import java.net.URI;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * A store of immutable model versions and of the aliases that name them.
 *
 * <p>References are text in the forms of {@link io.mlops4j.model.ModelRef}. Thread safe, and safe
 * for many processes on one store. Whoever opened a registry closes it; a use after close throws
 * {@link IllegalStateException}. A version that does not exist, or an alias where a version is
 * asked for, throws {@link io.mlops4j.error.RegistryException} with what there is; what asks for
 * the records of an alias finds none, as it may begin later. A broken digest or history throws
 * {@link io.mlops4j.error.IntegrityException}; a reference of another form {@link
 * IllegalArgumentException}.
 */
public interface ModelRegistry extends AutoCloseable {
  /**
   * Publishes a version. It exists completely or not at all. The same bytes with the same card are
   * the same version: publishing again returns it; another card makes a new version.
   *
   * <p>A registry has no engine: it stores the bytes without loading them. {@code
   * ModelRuntime.publish} of mlops-runtime loads the model once before.
   *
   * @param card what people need to know; names the model
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
   * Publishes a version, with options. Interrupting the thread ends it, as does whatever the
   * listener throws; both leave nothing behind.
   *
   * @param card what people need to know; names the model
   * @param fileOrFolder the model's file, or the folder that holds all its files; only read
   * @param options who is told how far it is
   * @return the version, new or found; of several that are the same, the newest that is not deleted
   * @throws io.mlops4j.error.ModelLoadException if there is no model of a known format, or its
   *     files cannot be read
   * @throws io.mlops4j.error.RegistryException if it cannot be stored, or the thread was
   *     interrupted, whose flag then stays set; nothing is changed
   */
  ModelVersion publish(ModelCard card, Path fileOrFolder, PublishOptions options);

  /**
   * The models.
   *
   * @return their names, sorted, unmodifiable
   */
  List<String> models();

  /**
   * The aliases of a model that name a version now. Removed ones are not among them; their records
   * stay, and {@link #history} reads them.
   *
   * @param model the model's name
   * @return without the model's name, sorted, unmodifiable; empty for a model that has none
   */
  List<String> aliases(String model);

  /**
   * Finds the version that a reference means now.
   *
   * @param ref {@code name} for the latest that is neither deprecated nor deleted, or the latest
   *     deprecated one where there is no other; {@code name:number}, whatever its state; {@code
   *     name@alias}; or a model's digest, {@code sha256:} and 64 hex digits: of several versions of
   *     one model with these bytes the best state counts (active, deprecated, deleted), then the
   *     newest
   * @return the version; {@link #status} says what state it is in
   * @throws io.mlops4j.error.RegistryException if there is no such version, the alias was removed,
   *     or a bare name means a retired model, with who did that, when and why; or if a digest is
   *     that of versions of several models, which the message lists
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
   * The versions of a model that are not deleted, the oldest first. Of a model with very many
   * versions rather ask for a page.
   *
   * @param model the model's name
   * @return an unmodifiable list, empty for a model that was never published
   */
  List<ModelVersion> versions(String model);

  /**
   * Some versions of a model, in any state, each with what became of it. Takes the time of a page,
   * however many versions there are.
   *
   * @param model the model's name
   * @param range how many, from where, in which order
   * @return an unmodifiable list, empty when there are no such versions
   */
  List<VersionStatus> versions(String model, VersionRange range);

  /**
   * What became of a version.
   *
   * @param version a version of this registry
   * @return its state, and when it was published
   */
  VersionStatus status(ModelVersion version);

  /**
   * How a version was published: by whom, by which process, and where it was imported from.
   *
   * @param version a version of this registry
   * @return what its manifest says
   */
  Publication publication(ModelVersion version);

  /**
   * The bytes of a version, verified against its digest before they are handed out.
   *
   * @param version a version of this registry
   * @return what an engine loads
   * @throws io.mlops4j.error.IntegrityException if the bytes are not those that were published
   * @throws io.mlops4j.error.RegistryException if it was removed, with who deleted it and why
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
   * Whether this kind of registry keeps signatures beside versions.
   *
   * @return true if {@link #addSignature} does not refuse for that reason
   */
  default boolean keepsSignatures() {
    return false;
  }

  /**
   * Keeps a signature beside a version, which does not change by it. Adding the same bytes again
   * does nothing. The registry does not judge signatures: whoever loads a model does, by the keys
   * that it trusts; {@link #verify(VerifyOptions)} only says which are damaged, or about other
   * files. They come with {@link #source} as {@link ModelSource#signatures}.
   *
   * @param version a version of this registry
   * @param bundle a bundle of the OpenSSF model-signing format
   * @throws io.mlops4j.error.RegistryException if it is too large to be one, cannot be stored, or
   *     this kind of registry keeps none
   */
  default void addSignature(ModelVersion version, byte[] bundle) {
    throw new RegistryException(
        location() + ": found a registry that keeps no signatures, expected one that does", null);
  }

  /**
   * The signatures of a version, unverified.
   *
   * @param version a version of this registry
   * @return an unmodifiable list of copies in the order of their SHA-256, empty when there are none
   */
  default List<byte[]> signatures(ModelVersion version) {
    return List.of();
  }

  /**
   * Lets an alias name a version, whatever it names now.
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
   * Lets an alias name a version if its newest record is still the expected one.
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
   * Lets an alias name a version if it never named one: of several that begin at once, one wins.
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
   * Removes an alias, whatever it names now. Its records stay and a removal is one of them: {@link
   * #history}, {@link #head} and {@link #at} return it, {@link #resolve} and {@link #aliases} no
   * longer know the alias. Deployments that follow it go on serving what they serve. To undo it,
   * assign the alias again.
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
   * The newest record of an alias; cheap enough to poll. That of a removed alias {@linkplain
   * AliasRecord#isRemoval() says so}.
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
   * What an alias named at a time: the newest record that is not later, in the order of the chain.
   * A record counts from its own time, or from that of an earlier record if that is later: older
   * libraries wrote such records where a clock was behind. Reads and checks the whole history.
   *
   * @param ref {@code name@alias}
   * @param when any time, including one to come
   * @return empty when the alias was not yet assigned; a removal if it was removed by then
   * @throws io.mlops4j.error.IntegrityException if a record was altered or is missing
   */
  Optional<AliasRecord> at(String ref, Instant when);

  /**
   * Tells somebody of an alias: its newest record, if there is one, as soon as possible, and then
   * every newer one, within a second while the store can be reached. A store that is away for a
   * while ends nothing.
   *
   * @param ref {@code name@alias}, which need not be assigned yet
   * @param listener told on the registry's thread
   * @return to be closed when nobody wants to be told any more; closing the registry ends it, too
   */
  Watch watch(String ref, AliasListener listener);

  /**
   * Advises against a version: bare names no longer mean it while there is a better one. Whoever
   * uses it may go on.
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
   * @throws io.mlops4j.error.RegistryException if it is active, or its bytes are gone; nothing is
   *     changed
   */
  VersionRecord restore(ModelVersion version, Change change);

  /**
   * Deletes a version, for good reasons: its bytes are kept for the grace period of the retention,
   * in which it can be restored, and go with the first {@link #collect} after it. Its number,
   * digests and card stay for ever.
   *
   * @param version a version of this registry
   * @param change who, and why
   * @return the new record, or the earlier one of a version that is deleted already
   * @throws io.mlops4j.error.RegistryException if an alias names it, or did within the floor of the
   *     retention, or a process has leased it; nothing is changed
   */
  VersionRecord delete(ModelVersion version, Change change);

  /**
   * Retires a model as a whole: a bare name no longer means one of its versions, nothing new is
   * published under its name, no alias is assigned and no version leased. Its versions and their
   * bytes stay as they are, found by number and digest. {@link #reinstate} undoes it.
   *
   * @param model the name of a model that was published
   * @param change who, and why
   * @return the new record, or the earlier one of a model that is retired already
   * @throws io.mlops4j.error.RegistryException if an alias names one of its versions, or a process
   *     has leased one; nothing is changed
   */
  VersionRecord retire(String model, Change change);

  /**
   * Retires a model if nobody changed the states of its versions meanwhile.
   *
   * @param model the name of a model that was published
   * @param change who, and why
   * @param newest the number of the newest record of {@link #changes} that the caller saw, 0 for
   *     none
   * @return the new record
   * @throws io.mlops4j.error.RegistryException if there is a newer record, the model is retired
   *     already, an alias names one of its versions, or a process has leased one; nothing is
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
   * Whether a model is retired.
   *
   * @param model the model's name
   * @return the record that retired it, empty for a model that is not retired
   */
  Optional<VersionRecord> retirement(String model);

  /**
   * All records of states of a model and its versions, the oldest first, with every link checked.
   *
   * @param model the model's name
   * @return an unmodifiable list, empty when no state was ever changed
   * @throws io.mlops4j.error.IntegrityException if a record was altered or is missing
   */
  List<VersionRecord> changes(String model);

  /**
   * Collects garbage: deletes what the retention no longer keeps, if it says so, and removes the
   * bytes of deleted versions whose grace period is over. Safe at any time, by any number of
   * processes, and when killed: the next one goes on.
   *
   * @param change who, and why
   * @return what was done
   */
  Collected collect(Change change);

  /**
   * What a collection would do now; changes nothing.
   *
   * @return what would be deleted, removed and restored, and how many bytes would be freed
   */
  Collected collectable();

  /**
   * Keeps a version from being deleted while this process uses it.
   *
   * @param version a version of this registry whose bytes are there
   * @param holder who uses it, for the message to whoever wants to delete it
   * @return to be closed when it is no longer used
   * @throws io.mlops4j.error.RegistryException if it is deleted
   */
  Lease lease(ModelVersion version, String holder);

  /**
   * The ends of all chains: keep it where those who write this registry cannot, and give it to
   * {@link #verify(RegistryHead)} later. Reads little of each model, and checks nothing but who
   * signed the newest records, where that matters.
   *
   * @return a value to print
   */
  RegistryHead head();

  /**
   * Checks every digest and every link of every chain, and whether signatures of models are about
   * their versions. What is wrong is told in the result, not thrown. A history rewritten as a
   * whole, with all digests made anew, is found with a head that was kept elsewhere, or where
   * records are signed ({@link VerifyOptions.Builder#trusting(RecordTrust)}); one that was cut at
   * its end only with a head.
   *
   * @return what was found
   */
  default Verification verify() {
    return verify(VerifyOptions.defaults());
  }

  /**
   * The same against a head that was kept elsewhere: what was there then must be there unchanged;
   * what came later is welcome.
   *
   * @param expected what {@link #head()} gave earlier
   * @return what was found
   */
  default Verification verify(RegistryHead expected) {
    Objects.requireNonNull(expected, "expected");
    return verify(VerifyOptions.builder().expecting(expected).build());
  }

  /**
   * Checks what the options say. May be asked while others write: what is published or assigned
   * meanwhile is checked or not.
   *
   * @param options what to check, against what, and who is told how far it is
   * @return what was found
   * @throws io.mlops4j.error.RegistryException if the store cannot be reached
   */
  Verification verify(VerifyOptions options);

  /**
   * Where the registry is, so that another process can open it.
   *
   * @return its address
   */
  URI location();

  /**
   * Closes the registry, its watches and leases; a second call does nothing. Sources handed out
   * stay valid.
   */
  @Override
  void close();
}
