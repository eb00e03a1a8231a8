package io.mlops4j.runtime.registry.folder;

import io.mlops4j.error.IntegrityException;
import io.mlops4j.error.ModelLoadException;
import io.mlops4j.error.RegistryException;
import io.mlops4j.model.Digest;
import io.mlops4j.model.ModelCard;
import io.mlops4j.model.ModelVersion;
import io.mlops4j.registry.PublishOptions;
import io.mlops4j.runtime.internal.card.Links;
import io.mlops4j.runtime.internal.document.Document;
import io.mlops4j.runtime.internal.file.ByteSink;
import io.mlops4j.runtime.internal.file.ByteSource;
import io.mlops4j.runtime.internal.file.Disk;
import io.mlops4j.runtime.internal.source.ModelFiles;
import io.mlops4j.runtime.registry.store.LinkBlocks;
import io.mlops4j.runtime.registry.store.Manifest;
import io.mlops4j.runtime.registry.store.Records;
import io.mlops4j.runtime.registry.store.Storage;
import io.mlops4j.runtime.registry.store.VersionCopy;
import io.mlops4j.runtime.registry.store.VersionList;
import io.mlops4j.runtime.registry.store.VersionStore;
import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.IntFunction;
import java.util.function.Supplier;

/** A registry in the folder that {@link Layout} describes. */
public final class FolderStorage implements Storage {
  static final String FILES = "files";
  static final String CARD = "card.json";
  static final String MANIFEST = "manifest.json";

  private final Layout layout;
  private final Disk disk;
  private final ModelLocks locks;
  // The highest numbers seen. From there, a check of the next name replaces a listing.
  private final Map<String, Integer> seen = new ConcurrentHashMap<>();
  // By digest, the first version that was copied from another registry.
  private final Map<Digest, ModelVersion> copied = new ConcurrentHashMap<>();

  /**
   * Opens a registry's folder, and creates the registry if the folder is empty or missing.
   *
   * @param links whether to use hard links; false acts like a file system without them
   */
  public static FolderStorage open(Path folder, boolean links) {
    Path root = folder.toAbsolutePath().normalize();
    Disk disk = new Disk(Layout.staging(root), links);
    Layout layout = Layout.open(root, disk);
    disk.clean();
    return new FolderStorage(layout, disk);
  }

  private FolderStorage(Layout layout, Disk disk) {
    this.layout = layout;
    this.disk = disk;
    this.locks = new ModelLocks(layout.locks(), ModelLocks.PATIENCE);
  }

  @Override
  public URI location() {
    return layout.root().toUri();
  }

  @Override
  public List<String> models() {
    return layout.models();
  }

  @Override
  public List<String> everyModel() {
    return layout.modelFolders();
  }

  @Override
  public List<String> aliases(String model) {
    return layout.aliases(model);
  }

  @Override
  public Records aliasRecords(String model, String alias) {
    return new FolderRecords(layout, disk, layout.alias(model, alias), model + "@" + alias);
  }

  @Override
  public Records changeRecords(String model) {
    return new FolderRecords(layout, disk, layout.changes(model), "the changes of " + model);
  }

  @Override
  public int last(String model) {
    int last = seen.getOrDefault(model, 0);
    if (last == 0) {
      last = (int) layout.last(layout.versions(model));
    }
    while (has(model, last + 1)) {
      last++;
    }
    if (last > 0) {
      seen.merge(model, last, Math::max);
    }
    return last;
  }

  @Override
  public int lastAnew(String model) {
    return (int) Math.max(layout.last(layout.versions(model)), last(model));
  }

  @Override
  public int complete(String model) {
    BitSet listed = new BitSet();
    layout.numbers(layout.versions(model)).forEach(number -> listed.set((int) number));
    int last = Math.max(listed.length() - 1, last(model));
    for (int number = listed.nextClearBit(1); number <= last; ) {
      if (!has(model, number)) { // not published since the listing either
        throw layout.missing(layout.version(model, number));
      }
      number = listed.nextClearBit(number + 1);
    }
    return last;
  }

  @Override
  public boolean has(String model, int number) {
    return Disk.exists(layout.version(model, number));
  }

  @Override
  public byte[] manifest(String model, int number) {
    Path folder = layout.version(model, number);
    if (Files.isSymbolicLink(folder) || Files.isSymbolicLink(folder.resolve(FILES))) {
      throw Document.damaged(folder, "a symbolic link");
    }
    return layout.read(folder.resolve(MANIFEST));
  }

  @Override
  public byte[] card(String model, int number) {
    return layout.read(layout.version(model, number).resolve(CARD));
  }

  @Override
  public VersionList list(String model, IntFunction<VersionStore.Stored> manifests) {
    return new VersionIndex(layout, disk, model, manifests);
  }

  @Override
  public LinkBlocks.Place links(String model, IntFunction<Links> cards) {
    return new FolderLinks(this, layout, disk, model, cards);
  }

  @Override
  public String place(String model, int number) {
    return layout.version(model, number).toString();
  }

  @Override
  public String manifestPlace(String model, int number) {
    return layout.version(model, number).resolve(MANIFEST).toString();
  }

  @Override
  public String cardPlace(String model, int number) {
    return layout.version(model, number).resolve(CARD).toString();
  }

  @Override
  public void makeLast(String model, String what) {
    try {
      Disk.forceUp(layout.versions(model), layout.root());
    } catch (IOException e) {
      throw layout.cannotStore(what, e);
    }
  }

  private Path files(ModelVersion version) {
    return layout.version(version.name(), version.number()).resolve(FILES);
  }

  @Override
  public boolean hasFiles(ModelVersion version) {
    return Disk.exists(files(version));
  }

  @Override
  public void checkCopies(Manifest manifest) {} // an index is checked where it is read

  @Override
  public void checkFiles(ModelVersion version, Manifest manifest) {
    Path folder = files(version);
    if (Disk.hasExactly(folder, manifest.files().keySet())) {
      return; // true of most versions, and cheaper than the search for a problem
    }
    for (String name : manifest.files().keySet()) {
      Path file = folder.resolve(name);
      if (!Disk.exists(file)) {
        throw layout.missing(file);
      }
      if (Files.isDirectory(file, LinkOption.NOFOLLOW_LINKS)) {
        throw Document.damaged(file, "a folder");
      }
    }
    try {
      for (Map.Entry<String, Path> file : ModelFiles.list(folder).paths().entrySet()) {
        if (!manifest.files().containsKey(file.getKey())) {
          throw Document.damaged(file.getValue(), "a file that the manifest does not list");
        }
      }
    } catch (ModelLoadException e) {
      throw new IntegrityException(String.valueOf(e.getMessage()));
    }
  }

  @Override
  public Path path(ModelVersion version, String file) {
    return files(version).resolve(file);
  }

  @Override
  public ByteBuffer read(ModelVersion version, String file, Manifest.Entry expected) {
    Path path = path(version, file);
    try {
      ByteBuffer bytes = Disk.uninterrupted(() -> readOnce(path));
      Storage.check(path.toString(), Digest.sha256(bytes), expected.digest());
      return bytes;
    } catch (ModelLoadException e) {
      throw new RegistryException(String.valueOf(e.getMessage()), e);
    } catch (IOException e) {
      throw Storage.unreadable(path, e);
    }
  }

  private static ByteBuffer readOnce(Path path) throws IOException {
    try {
      return ModelFiles.read(path);
    } catch (ModelLoadException e) {
      if (e.getCause() instanceof ClosedByInterruptException interrupt) {
        throw interrupt;
      }
      throw e;
    }
  }

  @Override
  public void pass(ModelVersion version, String file, Manifest.Entry expected, ByteSink sink)
      throws IOException {
    Path path = path(version, file);
    Disk.Hash hash = new Disk.Hash();
    ByteSource.of(path)
        .into(
            piece -> {
              hash.update(piece.duplicate());
              sink.take(piece);
            });
    Storage.check(path.toString(), hash.digest(), expected.digest());
  }

  @Override
  public ModelVersion publish(
      ModelCard card, ModelFiles model, PublishOptions options, VersionStore versions) {
    return new Publisher(layout, disk, this, versions).publish(card, model, options);
  }

  @Override
  public boolean put(VersionCopy version) throws IOException {
    Manifest manifest = version.manifest();
    Path staged = disk.stage();
    try {
      Disk.write(staged.resolve(CARD), version.card());
      Disk.write(staged.resolve(MANIFEST), version.bytes());
      if (version.hasFiles()) {
        for (Map.Entry<String, Manifest.Entry> file : manifest.files().entrySet()) {
          Path copy = staged.resolve(FILES).resolve(file.getKey());
          Files.createDirectories(copy.getParent());
          Disk.write(copy, version.file(file.getKey()));
        }
      }
      ModelVersion at = manifest.version();
      ModelVersion like = copied.putIfAbsent(at.digest(), at);
      if (like != null && version.hasFiles()) {
        share(like.name(), like.number(), manifest, staged);
      }
      Disk.forceDown(staged);
      return Disk.claim(staged, layout.version(at.name(), at.number()), layout.root());
    } finally {
      Disk.deleteQuietly(staged);
    }
  }

  /**
   * Replaces staged files by hard links to equal files of another version, to store equal bytes
   * once. Files of the other version are digested first, so a damaged file is not linked. The
   * staged copy stays if a link cannot be made.
   */
  void share(String model, int number, Manifest manifest, Path staged) {
    if (!disk.hasLinks()) {
      return;
    }
    Path others = layout.version(model, number).resolve(FILES);
    for (Map.Entry<String, Manifest.Entry> file : manifest.files().entrySet()) {
      try {
        Path aside = disk.stage();
        try {
          Path link = aside.resolve("link");
          Files.createLink(link, others.resolve(file.getKey()));
          if (Files.isRegularFile(link, LinkOption.NOFOLLOW_LINKS)
              && Disk.digest(link, piece -> {}).equals(file.getValue().digest())) {
            Disk.replace(link, staged.resolve(FILES).resolve(file.getKey()), staged);
          }
        } finally {
          Disk.deleteQuietly(aside);
        }
      } catch (IOException | UnsupportedOperationException e) {
        // The copy stays.
      }
    }
  }

  @Override
  public void erase(ModelVersion version) {
    Path files = files(version);
    if (!Disk.exists(files)) {
      return;
    }
    try {
      Path staged = disk.stage();
      Files.move(files, staged.resolve(FILES), StandardCopyOption.ATOMIC_MOVE);
      Disk.force(layout.version(version.name(), version.number()));
      Disk.deleteQuietly(staged);
    } catch (IOException e) {
      if (Disk.exists(files)) {
        throw layout.cannotStore("the removal of " + version, e);
      }
    }
  }

  private Path signaturesOf(ModelVersion version) {
    return layout.version(version.name(), version.number()).resolve("signatures");
  }

  @Override
  public List<String> signatures(ModelVersion version) {
    return layout.namesIfAny(signaturesOf(version));
  }

  @Override
  public byte[] signature(ModelVersion version, String name) {
    return layout.read(signaturesOf(version).resolve(name));
  }

  @Override
  public String signaturePlace(ModelVersion version, String name) {
    return signaturesOf(version).resolve(name).toString();
  }

  @Override
  public void putSignature(ModelVersion version, String name, byte[] bundle) {
    try {
      disk.claim(bundle, signaturesOf(version).resolve(name), layout.root());
    } catch (IOException e) {
      throw layout.cannotStore("a signature of " + version, e);
    }
  }

  @Override
  public void clean() {
    disk.clean();
  }

  @Override
  public void allowDeletions() {
    layout.raise(disk, locks, Layout.WITH_DELETIONS, "a deletion");
  }

  @Override
  public void allowRemovals() {
    layout.raise(disk, locks, Layout.WITH_REMOVALS, "a removal");
  }

  @Override
  public List<Integer> leased(String model) {
    return layout.numbers(layout.leases(model)).mapToObj(number -> (int) number).toList();
  }

  @Override
  public Map<String, byte[]> leases(String model, int number) {
    Path folder = layout.leases(model, number);
    Map<String, byte[]> leases = new TreeMap<>();
    for (String name : layout.names(folder)) {
      try {
        leases.put(name, Disk.read(folder.resolve(name)));
      } catch (IOException e) {
        // Removed at the same time.
      }
    }
    return leases;
  }

  /**
   * Its name is not forced to the disk, because the holder does not survive a power failure either.
   * If only a file server failed, the holder writes the lease again before it expires.
   */
  @Override
  public void putLease(String model, int number, String name, byte[] document) {
    Path lease = layout.leases(model, number).resolve(name);
    try {
      Disk.uninterrupted(
          () -> {
            disk.replaceUnforced(document, lease);
            return lease;
          });
    } catch (IOException e) {
      throw layout.cannotStore("a lease of " + model + ":" + number, e);
    }
  }

  @Override
  public void removeLease(String model, int number, String name) {
    Disk.deleteQuietly(layout.leases(model, number).resolve(name));
  }

  @Override
  public <T> T together(String model, Supplier<T> work) {
    return locks.holding(model, work, e -> layout.cannotStore("a change of " + model, e));
  }

  @Override
  public RegistryException cannotStore(String what, IOException cause) {
    return layout.cannotStore(what, cause);
  }

  @Override
  public IntegrityException missing(Object place) {
    return layout.missing(place);
  }

  @Override
  public boolean isAway(RegistryException e) {
    return !Disk.exists(layout.file());
  }

  @Override
  public void close() {}

  @Override
  public String toString() {
    return layout.root().toString();
  }
}
