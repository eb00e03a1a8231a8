package io.mlops4j.runtime.registry.store;

import io.mlops4j.error.IntegrityException;
import io.mlops4j.error.RegistryException;
import io.mlops4j.model.Digest;
import io.mlops4j.model.ModelCard;
import io.mlops4j.model.ModelVersion;
import io.mlops4j.registry.PublishOptions;
import io.mlops4j.runtime.internal.card.Links;
import io.mlops4j.runtime.internal.file.ByteSink;
import io.mlops4j.runtime.internal.source.ModelFiles;
import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Access to the documents and files of a registry, in a folder or in a database. It does not
 * interpret documents. Thread safe.
 *
 * <p>Methods throw {@link IntegrityException} for a document that must exist and does not, and
 * another {@link RegistryException} if the storage cannot be reached.
 */
public interface Storage extends VersionReader, AutoCloseable {
  /** Returns an address at which another process finds this storage. */
  URI location();

  /** Returns the time: that of the storage if it has a clock, else that of this process. */
  default Instant now() {
    return Clock.systemUTC().instant();
  }

  /** Returns the models that have a version, sorted. */
  List<String> models();

  /** Returns at least the models that have a version with these bytes, sorted. */
  default List<String> modelsWith(Digest digest) {
    return models();
  }

  /** Returns the models that have versions, records or aliases, sorted. */
  List<String> everyModel();

  /** Returns a model's aliases, including removed ones, sorted. */
  List<String> aliases(String model);

  Records aliasRecords(String model, String alias);

  Records changeRecords(String model);

  /** Returns the highest number of a model's versions, or 0. May rely on numbers seen before. */
  int last(String model);

  /** Returns {@link #last} from the storage itself, and throws if the storage cannot be reached. */
  default int lastAnew(String model) {
    return last(model);
  }

  /** Returns {@link #last}, and throws if a version before it is missing. */
  int complete(String model);

  boolean has(String model, int number);

  /**
   * Returns a reader of one model's versions in the order of their numbers. It may read several
   * versions at once, and then shows each as it was at that time. Used by one thread.
   */
  default VersionReader inOrder(String model) {
    return this;
  }

  VersionList list(String model, IntFunction<VersionStore.Stored> manifests);

  /**
   * Returns the blocks of links of a model's versions.
   *
   * @param cards reads the links of a version from its card
   */
  LinkBlocks.Place links(String model, IntFunction<Links> cards);

  /** Returns where a version is, for messages. */
  String place(String model, int number);

  /** Returns where a version's manifest is, for messages. */
  String manifestPlace(String model, int number);

  /** Returns where a version's card is, for messages. */
  String cardPlace(String model, int number);

  /**
   * Makes all versions durable before a record refers to one of them.
   *
   * @param what the record, for messages
   */
  default void makeLast(String model, String what) {}

  /** Returns where a file is, for messages; with an empty name, where all of them are. */
  Path path(ModelVersion version, String file);

  /** Reads a file into memory outside the heap, and verifies it. */
  ByteBuffer read(ModelVersion version, String file, Manifest.Entry expected);

  /** Reads a file piece by piece. Throws after the last piece if the bytes are damaged. */
  void pass(ModelVersion version, String file, Manifest.Entry expected, ByteSink sink)
      throws IOException;

  /** Publishes a model as the next version, or returns the version that has the same content. */
  ModelVersion publish(
      ModelCard card, ModelFiles model, PublishOptions options, VersionStore versions);

  /**
   * Stores the copy of a version that follows the newest one here: the manifest, the card and, if
   * they were not removed, the files. Returns false if another process took the number.
   */
  boolean put(VersionCopy version) throws IOException;

  /** Removes the files of a version that is recorded as removed, if they exist. */
  void erase(ModelVersion version);

  byte[] signature(ModelVersion version, String name);

  /** Returns where a signature is, for messages. */
  String signaturePlace(ModelVersion version, String name);

  /** Stores a signature, unless one of this name exists. */
  void putSignature(ModelVersion version, String name, byte[] bundle);

  /** Removes remains of killed processes. Best effort. */
  void clean();

  /** Prevents libraries without deletions from opening this registry from now on. */
  default void allowDeletions() {}

  /** Prevents libraries without removed aliases and retired models from opening this registry. */
  void allowRemovals();

  /** Returns the versions of a model that have leases. */
  List<Integer> leased(String model);

  /** Returns the documents of a version's leases by their names. */
  Map<String, byte[]> leases(String model, int number);

  void putLease(String model, int number, String name, byte[] document);

  /** Removes a lease. Best effort: a lease expires by itself. */
  void removeLease(String model, int number, String name);

  /**
   * Runs work that reads, decides and then writes. No other thread or process runs such work for
   * the same model at the same time.
   */
  <T> T together(String model, Supplier<T> work);

  /** Runs several reads, in one transaction if the storage has transactions. */
  default <T> T reading(Supplier<T> work) {
    return work.get();
  }

  RegistryException cannotStore(String what, IOException cause);

  /** Creates the error for a document or file that must exist and does not. */
  default IntegrityException missing(Object place) {
    return gone(place);
  }

  /**
   * Returns whether an error means that the whole storage cannot be reached. Nothing is damaged
   * then.
   */
  boolean isAway(RegistryException e);

  @Override
  void close();

  /** Creates the error for a document or file that cannot be read. */
  static RegistryException unreadable(Object place, Exception cause) {
    if (cause instanceof ClosedByInterruptException) {
      return new RegistryException(
          place + ": the thread was interrupted while it read this; read it again", cause);
    }
    return new RegistryException(
        place
            + ": found unreadable data ("
            + cause
            + "), expected a readable registry; check permissions and disk",
        cause);
  }

  /** Creates the error for a publish that was interrupted. */
  static RegistryException interrupted(Object storage, String model, @Nullable Exception cause) {
    return new RegistryException(
        storage + ": interrupted while publishing " + model + "; nothing was stored, publish again",
        cause);
  }

  /** Creates the error for a missing document or file of a storage that can be reached. */
  static IntegrityException gone(Object place) {
    return new IntegrityException(
        place
            + ": found nothing there, expected the published bytes; they were deleted outside of"
            + " this library, restore them from a backup",
        true);
  }

  /** Throws if a digest is not the published one. */
  static void check(String place, Digest found, Digest expected) {
    if (!found.equals(expected)) {
      throw Problems.broken(
          place,
          found.toString(),
          expected
              + " as published; it was edited or damaged and is not used, restore it from a backup "
              + "or publish the model again");
    }
  }
}
