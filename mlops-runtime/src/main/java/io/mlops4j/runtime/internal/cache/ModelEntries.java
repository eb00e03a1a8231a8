package io.mlops4j.runtime.internal.cache;

import io.mlops4j.model.Digest;
import io.mlops4j.model.ModelCache;
import io.mlops4j.model.ModelCache.Verify;
import io.mlops4j.runtime.internal.cache.EntryManifest.Content;
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
 * publish an entry wins, a removed entry stays readable for processes that opened it, and a failure
 * here only makes a load slower.
 *
 * <p>The graph of an entry is digested with every load and handed out in memory. Its weights may be
 * large: they are digested when they are written and again when their {@link Stamp} has changed, or
 * with every load if so configured. Between the digest and the engine's reading only this user or
 * root could replace them; {@link #recheck} detects that afterwards.
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

  /**
   * Opens the entries of a cache.
   *
   * @param cache where it is, and how far it is trusted
   * @return the entries, or empty, after a warning, if the folder cannot be used
   */
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

  /**
   * Finds an entry. An entry that was changed is removed, with a warning.
   *
   * @param key what it was made of
   * @return the entry, or empty
   */
  public Optional<ModelEntry> find(EntryKey key) {
    Path entry = folder.path().resolve(key.name());
    if (!PrivateFolder.exists(entry)) {
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
      complaints.warn(file + ": its weights are digested again with the next load (" + e + ")");
    }
  }

  /** Least recently used entries go first; a manifest's time is when its entry was used. */
  private static void touch(Path manifest) {
    try {
      Files.setLastModifiedTime(manifest, FileTime.from(Instant.now()));
    } catch (IOException e) {
      // Then it goes earlier.
    }
  }

  /**
   * Removes an entry that cannot be used, with a warning.
   *
   * @param entry the entry
   * @param reason what is wrong
   */
  public void refuse(ModelEntry entry, Exception reason) {
    refuse(entry.folder(), reason);
  }

  private void refuse(Path entry, Exception reason) {
    if (reason instanceof NoSuchFileException && !PrivateFolder.exists(entry)) {
      return; // somebody else has removed it meanwhile
    }
    complaints.warn(
        entry + ": the cached model is not used; it will be prepared again (" + reason + ")");
    folder.remove(entry);
  }

  /**
   * Checks, after an engine has opened an entry, that its weights are still those that were
   * verified before.
   *
   * @param entry the entry
   * @throws IOException if they are not
   */
  public void recheck(ModelEntry entry) throws IOException {
    if (entry.weights() != null) {
      Path file = entry.folder().resolve(ModelEntry.WEIGHTS);
      if (!folder.checkFile(file).equals(entry.weights())) {
        throw new RefusedException(
            file, "that it changed while it was opened", "a file that stays the same");
      }
    }
  }

  /**
   * A folder in which an engine writes the files of a new entry.
   *
   * @param source the size of the model
   * @return the folder, to be {@linkplain PrivateFolder#deleteQuietly deleted} in the end if it was
   *     not published; empty, after a warning, if it cannot be made or the model is too large
   */
  public Optional<Path> stage(long source) {
    if (source > limit) {
      complaints.warn("a model of " + source + " bytes is not cached: the limit is " + limit);
      return Optional.empty();
    }
    try {
      return Optional.of(folder.stage());
    } catch (IOException e) {
      notKept(e);
      return Optional.empty();
    }
  }

  /**
   * Warns that a model could not be kept.
   *
   * @param reason what went wrong
   */
  public void notKept(Exception reason) {
    complaints.warn(folder.path() + ": a model could not be cached (" + reason + ")");
  }

  /**
   * Digests the files that an engine has written and forces them to the disk.
   *
   * @param staged the folder, with a graph and perhaps weights
   * @param key what it was made of
   * @return the entry, to be tried before it is {@linkplain #publish published}
   * @throws IOException if the disk fails, or the graph is not there
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
    if (PrivateFolder.exists(weights)) {
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

  /**
   * Publishes a sealed entry under its name, and evicts the least recently used entries beyond the
   * limit.
   *
   * @param sealed the entry
   * @param key what it was made of
   */
  public void publish(ModelEntry sealed, EntryKey key) {
    Path entry = folder.path().resolve(key.name());
    if (sealed.bytes() > limit) {
      complaints.warn(
          "a model of " + sealed.bytes() + " bytes is not cached: the limit is " + limit);
      return;
    }
    try {
      folder.publish(sealed.folder(), key.name());
      evict(entry);
    } catch (IOException e) {
      if (!PrivateFolder.exists(entry)) { // else somebody else was faster
        notKept(e);
      }
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

  /** A folder that is no entry, or is being removed, counts as old and empty. */
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
