package io.mlops4j.runtime.registry.store;

import io.mlops4j.error.IntegrityException;
import io.mlops4j.error.RegistryException;
import io.mlops4j.model.Digest;
import io.mlops4j.model.ModelVersion;
import io.mlops4j.runtime.internal.card.Links;
import io.mlops4j.runtime.internal.file.ByteSink;
import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;
import java.util.function.Supplier;

/**
 * Where the documents and files of a registry lie: in a folder or in a database. What they say, and
 * which of them there may be, is for its callers. Thread safe.
 *
 * <p>A document that must be there and is not is an {@link IntegrityException}; a storage that
 * cannot be reached any other {@link RegistryException}.
 */
public interface Storage extends AutoCloseable {
  /** Where it is, so that another process finds it. */
  URI location();

  /** The models that have a version, sorted. */
  List<String> models();

  /** Also those of which there is something else only, sorted. */
  List<String> everyModel();

  /** A model's aliases, sorted. */
  List<String> aliases(String model);

  Records aliasRecords(String model, String alias);

  Records changeRecords(String model);

  /** The highest number of a model's versions, 0 when there is none; cheap. */
  int last(String model);

  /**
   * The same, not from memory: also tells a storage that is away from a version that is not there.
   */
  int lastAnew(String model);

  /** The same, when every version before is there. */
  int complete(String model);

  boolean has(String model, int number);

  byte[] manifest(String model, int number);

  byte[] card(String model, int number);

  VersionList list(String model, IntFunction<VersionStore.Stored> manifests);

  /**
   * Where the links of a model's versions are stored.
   *
   * @param cards reads the links of a version from its card
   */
  LinkBlocks.Place links(String model, IntFunction<Links> cards);

  /** Where a version is, for messages. */
  String place(String model, int number);

  /** Where a version's manifest is, for messages. */
  String manifestPlace(String model, int number);

  /** Where a version's card is, for messages. */
  String cardPlace(String model, int number);

  /** Before anything refers to a version that another process may just have published. */
  void makeLast(String model) throws IOException;

  /** Whether a version's files are still there, good or damaged. */
  boolean hasFiles(ModelVersion version);

  /** Whether each file is there and no other, as far as that is known without reading them. */
  void checkFiles(ModelVersion version, Manifest manifest);

  /** Where a file or, without a name, all of them lie, for messages. */
  Path path(ModelVersion version, String file);

  /** Reads a file into memory outside the heap, and verifies it. */
  ByteBuffer read(ModelVersion version, String file, Manifest.Entry expected);

  /** Reads a file piece by piece, and throws after the last one when it was not what it must be. */
  void pass(ModelVersion version, String file, Manifest.Entry expected, ByteSink sink)
      throws IOException;

  /**
   * Puts a version there as it is elsewhere, after all before it: a manifest, a card, the files
   * unless they were removed. False when somebody else was faster.
   */
  boolean put(VersionCopy version) throws IOException;

  /** Removes the files of a version that is recorded as removed; nothing when they are gone. */
  void erase(ModelVersion version);

  /** The names of a version's signatures, sorted. */
  List<String> signatures(ModelVersion version);

  byte[] signature(ModelVersion version, String name);

  /** Where a signature is, for messages. */
  String signaturePlace(ModelVersion version, String name);

  /** Does nothing when there is one of this name. */
  void putSignature(ModelVersion version, String name, byte[] bundle) throws IOException;

  /** Removes what was left behind, as well as it can be done. */
  void clean();

  /** Before the first version is deleted: keeps libraries out that do not know of deletions. */
  void allowDeletions();

  /** Before the first alias is removed or model retired: keeps out libraries that know neither. */
  void allowRemovals();

  /** The versions of a model that have documents of leases. */
  List<Integer> leased(String model);

  /** The documents of leases of a version by their names. */
  Map<String, byte[]> leases(String model, int number);

  void putLease(String model, int number, String name, byte[] document) throws IOException;

  /** Best effort: a lease ends by itself. */
  void removeLease(String model, int number, String name);

  /**
   * Runs some work that decides by what is there and then writes. No other thread or process does
   * such work for the same model meanwhile.
   */
  <T> T together(String model, Supplier<T> work);

  /** Does some reading, as one transaction where that is cheaper. */
  <T> T reading(Supplier<T> work);

  RegistryException cannotStore(String what, IOException cause);

  RegistryException cannotRead(String place, IOException cause);

  IntegrityException missing(String place);

  /** Whether this was thrown because it went away as a whole: nothing is known to be broken. */
  boolean isAway(RegistryException e);

  @Override
  void close();

  /** What to throw when something cannot be read. */
  static RegistryException unreadable(Object path, Exception cause) {
    if (cause instanceof ClosedByInterruptException) {
      return new RegistryException(
          path + ": the thread was interrupted while it read this; read it again", cause);
    }
    return new RegistryException(
        path
            + ": found something that cannot be read ("
            + cause
            + "), expected a readable registry; check permissions and disk",
        cause);
  }

  /** A digest that must be another. */
  static void check(String place, Digest found, Digest expected) {
    if (!found.equals(expected)) {
      throw new IntegrityException(
          place
              + ": found "
              + found
              + ", expected "
              + expected
              + " as published; it was edited or damaged and is not used, restore it from a backup "
              + "or publish the model again");
    }
  }
}
