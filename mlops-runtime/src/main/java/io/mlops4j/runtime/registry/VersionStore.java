package io.mlops4j.runtime.registry;

import static io.mlops4j.registry.VersionState.DELETED;

import io.mlops4j.error.IntegrityException;
import io.mlops4j.error.ModelLoadException;
import io.mlops4j.error.RegistryException;
import io.mlops4j.model.Digest;
import io.mlops4j.model.ModelCard;
import io.mlops4j.model.ModelVersion;
import io.mlops4j.registry.Change;
import io.mlops4j.registry.VersionRange;
import io.mlops4j.registry.VersionRecord;
import io.mlops4j.registry.VersionState;
import io.mlops4j.registry.VersionStatus;
import io.mlops4j.runtime.source.DeferredSource;
import io.mlops4j.runtime.source.FileSource;
import io.mlops4j.runtime.source.ModelFiles;
import io.mlops4j.spi.ModelSource;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;

/** The numbered, immutable versions of all models. */
final class VersionStore {
  static final String FILES = "files";
  static final String CARD = "card.json";
  static final String MANIFEST = "manifest.json";

  private final Layout layout;
  private final Disk disk;
  private final VersionSignatures signatures;
  private final Map<String, VersionIndex> indexes = new ConcurrentHashMap<>();
  private final Map<String, States> states = new ConcurrentHashMap<>();
  // The highest numbers seen; from there a look at the next name replaces listing the folder.
  private final Map<String, Integer> seen = new ConcurrentHashMap<>();

  VersionStore(Layout layout, Disk disk) {
    this.layout = layout;
    this.disk = disk;
    this.signatures = new VersionSignatures(layout, disk);
  }

  VersionIndex index(String model) {
    return indexes.computeIfAbsent(
        model, key -> new VersionIndex(layout, disk, key, number -> manifest(key, number)));
  }

  States states(String model) {
    return states.computeIfAbsent(model, key -> new States(layout, disk, key));
  }

  /** A manifest and the digest of its bytes. */
  record Stored(Manifest manifest, Digest digest) {
    ModelVersion version() {
      return manifest.version();
    }
  }

  /** Before anything refers to a version that another process may just have renamed. */
  void makeLast(String model) throws IOException {
    Disk.forceUp(layout.versions(model), layout.root());
  }

  int last(String model) {
    int last = seen.getOrDefault(model, 0);
    if (last == 0) {
      last = (int) layout.last(layout.versions(model));
    }
    while (Disk.exists(layout.version(model, last + 1))) {
      last++;
    }
    if (last > 0) {
      seen.merge(model, last, Math::max);
    }
    return last;
  }

  /** The versions that are not deleted, the oldest first; a missing one in between is damage. */
  List<ModelVersion> all(String model) {
    int last = checkComplete(model);
    Set<Integer> deleted = states(model).in(state -> state.compareTo(DELETED) >= 0).keySet();
    return index(model).all(last).stream()
        .filter(version -> !deleted.contains(version.number()))
        .toList();
  }

  /** The newest version's number, when every one before is there. */
  private int checkComplete(String model) {
    BitSet listed = new BitSet();
    layout.numbers(layout.versions(model)).forEach(number -> listed.set((int) number));
    int last = Math.max(listed.length() - 1, last(model));
    for (int number = listed.nextClearBit(1); number <= last; ) {
      if (!Disk.exists(layout.version(model, number))) { // nor came since it was listed
        throw layout.missing(layout.version(model, number));
      }
      number = listed.nextClearBit(number + 1);
    }
    return last;
  }

  /** A page of versions in any state. */
  List<VersionStatus> page(String model, VersionRange range) {
    int most = Math.min(last(model), range.before().orElse(Integer.MAX_VALUE) - 1);
    int after = range.after().orElse(0);
    int size = Math.min(range.limit(), Math.max(0, most - after));
    return IntStream.range(0, size)
        .map(i -> range.isNewestFirst() ? most - i : after + 1 + i)
        .mapToObj(number -> status(manifest(model, number).manifest()))
        .toList();
  }

  VersionStatus status(Manifest manifest) {
    ModelVersion version = manifest.version();
    Optional<VersionRecord> since = states(version.name()).since(version.number());
    VersionState state = since.map(VersionRecord::state).orElse(VersionState.ACTIVE);
    return new VersionStatus(version, manifest.published(), state, since);
  }

  /** What a bare name means. */
  ModelVersion latest(String model) {
    int last = last(model);
    if (last == 0) {
      // Number 1 of a model that has none is the one whose absence the message tells.
      return find(model, 1).version();
    }
    int deprecated = 0;
    for (int number = last; number >= 1; number--) {
      VersionState state = states(model).of(number);
      if (state == VersionState.ACTIVE) {
        return find(model, number).version();
      }
      if (state == VersionState.DEPRECATED && deprecated == 0) {
        deprecated = number;
      }
    }
    if (deprecated == 0) {
      throw new RegistryException(
          model
              + ": found only deleted versions, 1 to "
              + last
              + ", in "
              + layout.root()
              + ", expected one that is not; restore one, or publish again",
          null);
    }
    return find(model, deprecated).version();
  }

  /** The version of a number that a caller asks for. */
  Stored find(String model, int number) {
    if (Disk.exists(layout.version(model, number))) {
      return manifest(model, number);
    }
    // Listed anew: that also tells a registry that is away from a version that is not there.
    int last = (int) Math.max(layout.last(layout.versions(model)), last(model));
    if (number <= last) {
      throw layout.missing(layout.version(model, number));
    }
    throw new RegistryException(
        model
            + ":"
            + number
            + ": found "
            + (last == 0 ? "no version of it" : "versions 1 to " + last)
            + " in "
            + layout.root()
            + ", expected an existing version"
            + (last == 0 ? "; models there are: " + Texts.some(layout.models()) : ""),
        null);
  }

  /** The version that a caller holds, which must be the one that is stored. */
  Stored find(ModelVersion version) {
    Stored stored = find(version.name(), version.number());
    if (!stored.version().equals(version)) {
      throw new IntegrityException(
          layout.version(version.name(), version.number())
              + ": found the bytes "
              + stored.version().digest()
              + ", expected "
              + version.digest()
              + "; a version never changes, so one of the two comes from another registry");
    }
    return stored;
  }

  Stored manifest(String model, int number) {
    Path folder = layout.version(model, number);
    if (Files.isSymbolicLink(folder) || Files.isSymbolicLink(folder.resolve(FILES))) {
      throw Document.damaged(folder, "a symbolic link");
    }
    Path file = folder.resolve(MANIFEST);
    byte[] bytes = layout.read(file);
    return new Stored(
        Document.readSealed(file, bytes, json -> Manifest.read(json, model, number)),
        Digest.sha256(bytes));
  }

  /** The card's bytes as they were published, perhaps with keys of a newer library. */
  byte[] cardBytes(ModelVersion version) {
    return cardBytes(find(version).manifest());
  }

  private byte[] cardBytes(Manifest manifest) {
    Path file = cardFile(manifest.version());
    byte[] bytes = layout.read(file);
    check(file, Digest.sha256(bytes), manifest.card());
    return bytes;
  }

  private Path cardFile(ModelVersion version) {
    return layout.version(version.name(), version.number()).resolve(CARD);
  }

  ModelCard card(ModelVersion version) {
    return card(find(version).manifest());
  }

  ModelCard card(Manifest manifest) {
    Path file = cardFile(manifest.version());
    ModelCard card = Document.read(file, cardBytes(manifest), CardJson::read);
    if (!card.name().equals(manifest.version().name())) {
      throw Document.damaged(file, "the card of " + card.name());
    }
    return card;
  }

  void addSignature(ModelVersion version, byte[] bundle) {
    signatures.add(find(version).version(), bundle);
  }

  List<byte[]> signatures(ModelVersion version) {
    return signatures.of(find(version).version());
  }

  ModelSource source(ModelVersion version) {
    return source(version, find(version).manifest());
  }

  private ModelSource source(ModelVersion version, Manifest manifest) {
    Path folder = checkedFolder(version, manifest);
    Map<String, ByteBuffer> read = new TreeMap<>();
    manifest
        .files()
        .forEach((name, expected) -> read.put(name, verified(folder.resolve(name), expected)));
    List<ByteBuffer> bundles = signatures.of(version).stream().map(ByteBuffer::wrap).toList();
    return FileSource.of(manifest.kind(), main(folder, manifest), read, version.digest(), bundles);
  }

  /** What can be checked without reading is checked now. */
  ModelSource deferredSource(ModelVersion version) {
    Manifest manifest = find(version).manifest();
    Path folder = checkedFolder(version, manifest);
    return new DeferredSource(
        manifest.kind(),
        main(folder, manifest),
        manifest.files().size() == 1,
        version.digest(),
        () -> source(version, manifest));
  }

  Path checkedFolder(ModelVersion version, Manifest manifest) {
    Path folder = files(version);
    if (!Disk.exists(folder)) {
      refuseRemoved(version);
    }
    refuseMissing(folder, manifest.files().keySet());
    refuseUnlisted(folder, manifest.files().keySet());
    return folder;
  }

  Path files(ModelVersion version) {
    return layout.version(version.name(), version.number()).resolve(FILES);
  }

  private void refuseRemoved(ModelVersion version) {
    Optional<VersionRecord> removed =
        states(version.name())
            .since(version.number())
            .filter(record -> record.state() == VersionState.REMOVED);
    if (removed.isPresent()) {
      throw new RegistryException(
          version
              + ": found a version whose bytes were removed by "
              + removed.get().change().actor()
              + " at "
              + removed.get().at()
              + reason(removed.get().change())
              + ", expected one that was not deleted; take another, or publish the model again",
          null);
    }
  }

  static String name(VersionState state) {
    return state.name().toLowerCase(Locale.ROOT);
  }

  static String reason(Change change) {
    return change.reason().isEmpty() ? "" : " (" + change.reason() + ")";
  }

  private static Path main(Path folder, Manifest manifest) {
    return manifest.kind().main().map(folder::resolve).orElse(folder);
  }

  private void refuseMissing(Path folder, Set<String> listed) {
    for (String name : listed) {
      if (!Disk.exists(folder.resolve(name))) {
        throw layout.missing(folder.resolve(name));
      }
    }
  }

  private static void refuseUnlisted(Path folder, Set<String> listed) {
    try {
      for (Map.Entry<String, Path> file : ModelFiles.list(folder).paths().entrySet()) {
        if (!listed.contains(file.getKey())) {
          throw Document.damaged(file.getValue(), "a file that the manifest does not list");
        }
      }
    } catch (ModelLoadException e) {
      throw new IntegrityException(String.valueOf(e.getMessage()));
    }
  }

  private static ByteBuffer verified(Path file, Manifest.Entry expected) {
    try {
      ByteBuffer bytes = ModelFiles.read(file);
      check(file, Digest.sha256(bytes), expected.digest());
      return bytes;
    } catch (ModelLoadException e) {
      throw new RegistryException(String.valueOf(e.getMessage()), e);
    }
  }

  static void check(Path file, Digest found, Digest expected) {
    if (!found.equals(expected)) {
      throw new IntegrityException(
          file
              + ": found "
              + found
              + ", expected "
              + expected
              + " as published; the file was edited or damaged and is not used, restore it from a "
              + "backup or publish the model again");
    }
  }
}
