package io.mlops4j.runtime.internal.cache;

import io.mlops4j.model.Digest;
import io.mlops4j.model.ModelCache;
import io.mlops4j.model.ModelCache.Verify;
import io.mlops4j.runtime.internal.cache.EntryManifest.Content;
import io.mlops4j.runtime.internal.file.Disk;
import io.mlops4j.runtime.internal.file.PrivateFolder;
import io.mlops4j.runtime.internal.file.RefusedException;
import io.mlops4j.runtime.internal.file.Stamp;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.slf4j.LoggerFactory;

/**
 * Models as engines have prepared them. Thread safe, also between processes: the first process to
 * publish an entry wins, processes that opened a removed entry can still read it, and a failure
 * only makes a load slower.
 *
 * <p>The graph of an entry is digested at every load and returned in memory. The weights may be
 * large: they are digested when they are written and again when their {@link Stamp} has changed, or
 * at every load if so configured. Between the digest and the engine's read only this user or root
 * can replace them; {@link #recheck} detects that afterwards.
 */
public final class ModelEntries {
  private final PrivateFolder folder;
  private final Verify verify;
  private final long limit;
  private final Seal seal;
  private final WarnOnce complaints = new WarnOnce(LoggerFactory.getLogger(ModelEntries.class));

  private ModelEntries(PrivateFolder folder, ModelCache cache) {
    this.folder = folder;
    this.verify = cache.verify();
    this.limit = cache.limit();
    this.seal = Seal.with(cache.key().orElse(null));
  }

  /** Returns empty, after a warning, if the folder cannot be used. */
  public static Optional<ModelEntries> open(ModelCache cache) {
    try {
      PrivateFolder root = PrivateFolder.open(cache.folder());
      root.clean();
      return Optional.of(new ModelEntries(root.folder("models"), cache));
    } catch (IOException | UnsupportedOperationException e) {
      LoggerFactory.getLogger(ModelEntries.class)
          .warn("{}: models are not cached ({})", cache.folder(), e.toString());
      return Optional.empty();
    }
  }

  /** Finds an entry. A changed entry is removed, with a warning. */
  public Optional<ModelEntry> find(EntryKey key) {
    Path entry = folder.path().resolve(key.name());
    if (!Disk.exists(entry)) {
      return Optional.empty();
    }
    try {
      return Optional.of(read(entry, key));
    } catch (IOException e) {
      refuse(entry, e);
      return Optional.empty();
    }
  }

  private ModelEntry read(Path entry, EntryKey key) throws IOException {
    folder.checkFolder(entry);
    Path file = entry.resolve(ModelEntry.MANIFEST);
    EntryManifest manifest = EntryManifest.read(folder, file, key, seal);
    ByteBuffer graph = graph(entry.resolve(ModelEntry.GRAPH), manifest.graph());
    Stamp weights =
        manifest.weights() == null
            ? null
            : verified(entry.resolve(ModelEntry.WEIGHTS), manifest, manifest.weights(), file);
    touch(file);
    return new ModelEntry(entry, graph, weights);
  }

  private ByteBuffer graph(Path file, Content expected) throws IOException {
    ByteBuffer graph = folder.read(file, (int) Math.min(Integer.MAX_VALUE, expected.size()));
    Digest found = Digest.sha256(graph);
    if (!found.equals(expected.digest())) {
      throw new RefusedException(file, found.toString(), expected.digest() + " as written");
    }
    return graph;
  }

  private Stamp verified(Path file, EntryManifest manifest, Content expected, Path manifestFile)
      throws IOException {
    Instant began = Instant.now();
    Stamp stamp = folder.checkFile(file);
    if (stamp.size() != expected.size()) {
      throw new RefusedException(
          file, stamp.size() + " bytes", expected.size() + " bytes as written");
    }
    boolean known = stamp.equals(manifest.stamp());
    if (known && verify == Verify.WHEN_CHANGED) {
      return stamp;
    }
    Digest found = PrivateFolder.digest(file);
    if (!found.equals(expected.digest())) {
      throw new RefusedException(file, found.toString(), expected.digest() + " as written");
    }
    if (!known && stamp.settled(began)) {
      replaceQuietly(manifestFile, manifest.stamped(stamp));
    }
    return stamp;
  }

  private void replaceQuietly(Path file, EntryManifest manifest) {
    try {
      folder.replace(file, manifest.write(seal));
    } catch (IOException e) {
      complaints.warn(file + ": the weights are digested again at the next load (" + e + ")");
    }
  }

  /** Sets a manifest's time, which is when its entry was last used. */
  private static void touch(Path manifest) {
    try {
      Files.setLastModifiedTime(manifest, FileTime.from(Instant.now()));
    } catch (IOException e) {
      // The entry is then evicted earlier.
    }
  }

  /** Removes an unusable entry, with a warning that states the reason. */
  public void refuse(ModelEntry entry, Exception reason) {
    refuse(entry.folder(), reason);
  }

  private void refuse(Path entry, Exception reason) {
    if (reason instanceof NoSuchFileException && !Disk.exists(entry)) {
      return; // another process has removed the entry
    }
    complaints.warn(
        entry + ": the cached model is not used; it will be prepared again (" + reason + ")");
    folder.remove(entry);
  }

  /** Requires, after an engine has opened an entry, that the verified weights are unchanged. */
  public void recheck(ModelEntry entry) throws IOException {
    if (entry.weights() != null) {
      Path file = entry.folder().resolve(ModelEntry.WEIGHTS);
      if (!folder.checkFile(file).equals(entry.weights())) {
        throw new RefusedException(
            file, "a change while the engine opened it", "an unchanged file");
      }
    }
  }

  /**
   * Creates a folder in which an engine writes the files of a new entry. The caller deletes it if
   * it was not published.
   *
   * @param source the size of the model in bytes
   * @return empty, after a warning, if the folder cannot be created or the model is too large
   */
  public Optional<Path> stage(long source) {
    if (isTooLarge(source)) {
      return Optional.empty();
    }
    try {
      return Optional.of(folder.stage());
    } catch (IOException e) {
      notKept(e);
      return Optional.empty();
    }
  }

  private boolean isTooLarge(long bytes) {
    if (bytes > limit) {
      complaints.warn("a model of " + bytes + " bytes is not cached: the limit is " + limit);
    }
    return bytes > limit;
  }

  /** Warns that a model could not be cached. */
  public void notKept(Exception reason) {
    complaints.warn(folder.path() + ": cannot cache a model (" + reason + ")");
  }

  /**
   * Digests the files that an engine has written and forces them to the disk. The caller tries the
   * entry before it {@linkplain #publish publishes} it.
   *
   * @param staged a folder that contains a graph, and weights if there are any
   */
  public ModelEntry seal(Path staged, EntryKey key) throws IOException {
    Path graph = staged.resolve(ModelEntry.GRAPH);
    Path weights = staged.resolve(ModelEntry.WEIGHTS);
    PrivateFolder.seal(graph);
    ByteBuffer bytes = folder.read(graph, Integer.MAX_VALUE);
    Content graphContent = new Content(bytes.limit(), Digest.sha256(bytes));
    Content weightsContent = null;
    Stamp stamp = null;
    boolean settled = false;
    if (Disk.exists(weights)) {
      PrivateFolder.seal(weights);
      stamp = folder.checkFile(weights);
      settled = stamp.settle();
      weightsContent = new Content(stamp.size(), PrivateFolder.digest(weights));
    }
    EntryManifest manifest =
        new EntryManifest(key, graphContent, weightsContent, settled ? stamp : null);
    PrivateFolder.write(staged.resolve(ModelEntry.MANIFEST), manifest.write(seal));
    return new ModelEntry(staged, bytes, stamp);
  }

  /** Publishes a sealed entry, and evicts the least recently used entries beyond the limit. */
  public void publish(ModelEntry sealed, EntryKey key) {
    if (isTooLarge(sealed.bytes())) {
      return;
    }
    try {
      if (folder.publish(sealed.folder(), key.name())) {
        evict(folder.path().resolve(key.name()));
      }
    } catch (IOException e) {
      notKept(e);
    }
  }

  private record Used(Path entry, long bytes, FileTime last) {}

  private void evict(Path kept) throws IOException {
    List<Used> entries = new ArrayList<>();
    for (Path entry : folder.list()) {
      entries.add(used(entry));
    }
    entries.sort(Comparator.comparing(Used::last));
    long sum = entries.stream().mapToLong(Used::bytes).sum();
    for (Used each : entries) {
      if (sum > limit && !each.entry().equals(kept)) {
        folder.remove(each.entry());
        sum -= each.bytes();
      }
    }
  }

  /** Counts a folder that is not an entry, or is being removed, as old and empty. */
  private static Used used(Path entry) {
    try (Stream<Path> files = Files.list(entry)) {
      long bytes = 0;
      for (Path file : files.toList()) {
        bytes +=
            Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS).size();
      }
      Path manifest = entry.resolve(ModelEntry.MANIFEST);
      return new Used(entry, bytes, Files.getLastModifiedTime(manifest, LinkOption.NOFOLLOW_LINKS));
    } catch (IOException e) {
      return new Used(entry, 0, FileTime.fromMillis(0));
    }
  }
}
