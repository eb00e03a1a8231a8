package io.mlops4j.runtime.internal.cache;

import io.mlops4j.model.Digest;
import io.mlops4j.model.ModelCache;
import io.mlops4j.runtime.internal.file.Disk;
import io.mlops4j.runtime.internal.file.PrivateFolder;
import io.mlops4j.runtime.internal.file.Stamp;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The digests of model files by path and {@link Stamp}, so that an unchanged file is not read again
 * for its digest. Thread safe, also between processes.
 */
public final class SourceDigests {
  private static final Logger LOG = LoggerFactory.getLogger(SourceDigests.class);
  private static final int MOST = 4096;

  private final PrivateFolder folder;
  private final Seal seal;
  private final WarnOnce complaints = new WarnOnce(LOG);

  private SourceDigests(PrivateFolder folder, Seal seal) {
    this.folder = folder;
    this.seal = seal;
  }

  /** Returns empty if the cache always verifies, or if the folder cannot be used. */
  public static Optional<SourceDigests> open(ModelCache cache) {
    if (cache.verify() == ModelCache.Verify.ALWAYS) {
      return Optional.empty();
    }
    try {
      return Optional.of(
          new SourceDigests(
              PrivateFolder.open(cache.folder()).folder("sources"),
              Seal.with(cache.key().orElse(null))));
    } catch (IOException | UnsupportedOperationException e) {
      LOG.debug("{}: digests of model files are not cached ({})", cache.folder(), e.toString());
      return Optional.empty();
    }
  }

  /** Returns the digest of the file with this real path, or empty if the file must be read. */
  public Optional<Digest> find(Path file) {
    Path record = record(file);
    if (!Disk.exists(record)) {
      return Optional.empty();
    }
    try {
      List<String> lines = seal.read(folder, record);
      boolean same =
          lines.size() == 3
              && lines.get(0).equals(name(file))
              && lines.get(1).equals(Stamp.of(file).text());
      return same ? Optional.of(Digest.parse(lines.get(2))) : Optional.empty();
    } catch (IOException | IllegalArgumentException e) {
      complaints.warn(record + ": the cached digest is not used (" + e + ")");
      folder.remove(record);
      return Optional.empty();
    }
  }

  /**
   * Stores a digest.
   *
   * @param file the real path
   * @param stamp the file's stamp before it was read; it must have been {@linkplain Stamp#settled
   *     settled} and must be unchanged since
   */
  public void remember(Path file, Stamp stamp, Digest digest) {
    try {
      folder.replace(
          record(file), seal.write(List.of(name(file), stamp.text(), digest.toString())));
      trim();
    } catch (IOException e) {
      complaints.warn(folder.path() + ": cannot cache a digest (" + e + ")");
    }
  }

  /** Removes a digest that proved wrong. */
  public void forget(Path file) {
    folder.remove(record(file));
  }

  private Path record(Path file) {
    return folder.path().resolve(Digest.sha256(name(file).getBytes(StandardCharsets.UTF_8)).hex());
  }

  /** Returns a URI, because a path may contain a line break. */
  private static String name(Path file) {
    return "file " + file.toUri();
  }

  private void trim() throws IOException {
    List<Path> records = folder.list();
    if (records.size() <= MOST) {
      return;
    }
    List<Path> oldFirst = new ArrayList<>(records);
    oldFirst.sort(Comparator.comparing(SourceDigests::time));
    oldFirst.subList(0, MOST / 2).forEach(folder::remove);
  }

  private static FileTime time(Path record) {
    try {
      return Files.getLastModifiedTime(record, LinkOption.NOFOLLOW_LINKS);
    } catch (IOException e) {
      return FileTime.fromMillis(0);
    }
  }
}
