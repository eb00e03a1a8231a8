package io.mlops4j.runtime.registry;

import io.mlops4j.error.IntegrityException;
import io.mlops4j.error.ModelLoadException;
import io.mlops4j.error.RegistryException;
import io.mlops4j.model.Digest;
import io.mlops4j.model.ModelCard;
import io.mlops4j.model.ModelVersion;
import io.mlops4j.runtime.source.DeferredSource;
import io.mlops4j.runtime.source.FileSource;
import io.mlops4j.runtime.source.ModelFiles;
import io.mlops4j.spi.ModelSource;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.IntStream;

/** The numbered, immutable versions of all models. */
final class VersionStore {
  private static final String FILES = "files";
  private static final String CARD = "card.json";
  private static final String MANIFEST = "manifest.json";

  private final Layout layout;
  private final Disk disk;
  private final Clock clock;
  private final VersionSignatures signatures;

  VersionStore(Layout layout, Disk disk, Clock clock) {
    this.layout = layout;
    this.disk = disk;
    this.clock = clock;
    this.signatures = new VersionSignatures(layout, disk);
  }

  /** A manifest and the digest of its bytes. */
  record Stored(Manifest manifest, Digest digest) {
    ModelVersion version() {
      return manifest.version();
    }
  }

  ModelVersion publish(ModelCard card, ModelFiles model) {
    try {
      Path staged = disk.stage();
      try {
        return publish(stage(card, model, staged), staged);
      } finally {
        Disk.deleteQuietly(staged);
      }
    } catch (IOException e) {
      throw layout.cannotStore(card.name(), e);
    }
  }

  /** Writes everything but the manifest; the result has the number 1 until one is claimed. */
  private Manifest stage(ModelCard card, ModelFiles model, Path staged) throws IOException {
    byte[] json = CardJson.write(card);
    Disk.write(staged.resolve(CARD), json);
    Map<String, Manifest.Entry> files = new TreeMap<>();
    for (Map.Entry<String, Path> file : model.paths().entrySet()) {
      Path copy = staged.resolve(FILES).resolve(file.getKey());
      Files.createDirectories(copy.getParent());
      Digest digest = Disk.copy(file.getValue(), copy);
      files.put(file.getKey(), new Manifest.Entry(Files.size(copy), digest));
    }
    return new Manifest(
        new ModelVersion(card.name(), 1, Manifest.digest(files, model.isFolder())),
        model.kind(staged.resolve(FILES)),
        model.isFolder(),
        files,
        Digest.sha256(json),
        clock.instant());
  }

  /**
   * Claims the next number. Before each try every version up to there is known not to be the same:
   * whoever loses the race for a number looks at the winner first, so that two publishers of the
   * same model end with one version.
   */
  private ModelVersion publish(Manifest staged, Path folder) throws IOException {
    String model = staged.version().name();
    Disk.forceDown(folder);
    for (int known = 0; ; ) {
      int last = last(model);
      while (known < last) {
        Manifest found = manifest(model, ++known).manifest();
        if (found.isOf(staged.version().digest(), staged.card())) {
          makeLast(model);
          return found.version();
        }
      }
      ModelVersion next = new ModelVersion(model, known + 1, staged.version().digest());
      Disk.write(folder.resolve(MANIFEST), numbered(staged, next).write());
      Disk.force(folder);
      if (Disk.claim(folder, layout.version(model, next.number()), layout.root())) {
        return next;
      }
    }
  }

  private static Manifest numbered(Manifest staged, ModelVersion version) {
    return new Manifest(
        version, staged.kind(), staged.folder(), staged.files(), staged.card(), staged.published());
  }

  /** Before anything refers to a version that another process may just have renamed. */
  void makeLast(String model) throws IOException {
    Disk.forceUp(layout.versions(model), layout.root());
  }

  int last(String model) {
    return (int) layout.last(layout.versions(model));
  }

  /** All versions, the oldest first; a missing one in between is damage. */
  List<ModelVersion> all(String model) {
    return IntStream.rangeClosed(1, last(model))
        .mapToObj(number -> manifest(model, number).version())
        .toList();
  }

  /** The version of a number that a caller asks for. */
  Stored find(String model, int number) {
    if (Disk.exists(layout.version(model, number))) {
      return manifest(model, number);
    }
    int last = last(model);
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

  private Stored manifest(String model, int number) {
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

  ModelCard card(ModelVersion version) {
    Manifest manifest = find(version).manifest();
    Path file = layout.version(version.name(), version.number()).resolve(CARD);
    byte[] bytes = layout.read(file);
    check(file, Digest.sha256(bytes), manifest.card());
    ModelCard card = Document.read(file, bytes, CardJson::read);
    if (!card.name().equals(version.name())) {
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

  private Path checkedFolder(ModelVersion version, Manifest manifest) {
    Path folder = layout.version(version.name(), version.number()).resolve(FILES);
    refuseMissing(folder, manifest.files().keySet());
    refuseUnlisted(folder, manifest.files().keySet());
    return folder;
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

  private static void check(Path file, Digest found, Digest expected) {
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
