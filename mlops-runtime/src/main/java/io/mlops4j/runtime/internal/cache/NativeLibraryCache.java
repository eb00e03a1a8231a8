package io.mlops4j.runtime.internal.cache;

import io.mlops4j.runtime.internal.cache.EntryManifest.Content;
import io.mlops4j.runtime.internal.cache.LibraryManifest.Library;
import io.mlops4j.runtime.internal.file.Disk;
import io.mlops4j.runtime.internal.file.PrivateFolder;
import io.mlops4j.runtime.internal.file.RefusedException;
import io.mlops4j.runtime.internal.file.Stamp;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystems;
import java.nio.file.Path;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/**
 * Native libraries, extracted from a jar once. Thread safe, also between processes.
 *
 * <p>A library's digest is compared with the jar's whenever the {@link Stamp} of the jar or of the
 * library has changed.
 */
public final class NativeLibraryCache {
  private static final String MANIFEST = "libraries.txt";

  private final PrivateFolder folder;
  private final Supplier<Map<String, URL>> resources;
  private final String origin;
  private final @Nullable Path jar;

  private NativeLibraryCache(PrivateFolder folder, URL main, Supplier<Map<String, URL>> resources) {
    this.folder = folder;
    this.resources = resources;
    this.origin = main.toString();
    this.jar = jar(main);
  }

  /**
   * Returns the folder that contains the libraries, and extracts them if needed.
   *
   * @param folder the cache
   * @param main the main library in the jar
   * @param resources finds all libraries in the jar, by file name; only called to extract or to
   *     compare them
   * @return empty, after a warning, if the cache cannot be used
   */
  public static Optional<Path> in(Path folder, URL main, Supplier<Map<String, URL>> resources) {
    try {
      PrivateFolder root = PrivateFolder.open(folder);
      NativeLibraryCache kept = new NativeLibraryCache(root.folder("libraries"), main, resources);
      return Optional.of(kept.foundOrExtracted());
    } catch (IOException | UnsupportedOperationException e) {
      LoggerFactory.getLogger(NativeLibraryCache.class)
          .warn("{}: native libraries are not cached ({})", folder, e.toString());
      return Optional.empty();
    }
  }

  private Path foundOrExtracted() throws IOException {
    Path kept = folder.path().resolve(name());
    if (Disk.exists(kept)) {
      try {
        verify(kept);
        return kept;
      } catch (IOException e) {
        LoggerFactory.getLogger(NativeLibraryCache.class)
            .warn(
                "{}: the cached libraries are not used; they are extracted again ({})",
                kept,
                e.toString());
        folder.remove(kept);
      }
    }
    extract();
    Stamp.of(kept.resolve(MANIFEST)).settle(); // written last: later changes show
    verify(kept); // another process may have published them
    return kept;
  }

  private String name() {
    CRC32C checksum = new CRC32C();
    checksum.update(origin.getBytes(StandardCharsets.UTF_8));
    return "from-".concat(Long.toHexString(checksum.getValue()));
  }

  private void verify(Path kept) throws IOException {
    folder.checkFolder(kept);
    Path file = kept.resolve(MANIFEST);
    LibraryManifest noted = LibraryManifest.read(folder, file, origin);
    Instant began = Instant.now();
    Stamp origin = originStamp(began);
    if (origin == null || !origin.equals(noted.originStamp())) {
      compareWithJar(kept, noted.libraries());
    }
    Map<String, Library> now = new LinkedHashMap<>();
    boolean same = Objects.equals(origin, noted.originStamp());
    for (Map.Entry<String, Library> library : noted.libraries().entrySet()) {
      Library before = library.getValue();
      Stamp stamp = verify(kept.resolve(library.getKey()), before, began);
      same &= Objects.equals(stamp, before.stamp());
      now.put(library.getKey(), new Library(before.content(), stamp));
    }
    if (!same) {
      folder.replace(file, new LibraryManifest(this.origin, origin, now).write());
    }
  }

  private void compareWithJar(Path kept, Map<String, Library> noted) throws IOException {
    Map<String, Content> found = new LinkedHashMap<>();
    noted.forEach((name, library) -> found.put(name, library.content()));
    Map<String, Content> expected = new LinkedHashMap<>();
    for (Map.Entry<String, URL> resource : resources.get().entrySet()) {
      expected.put(resource.getKey(), copy(resource.getValue(), OutputStream.nullOutputStream()));
    }
    if (!found.equals(expected)) {
      throw new RefusedException(kept, "libraries of another jar " + found, "" + expected);
    }
  }

  /** Returns the stamp to record, or null if the file changed too recently. */
  private @Nullable Stamp verify(Path file, Library noted, Instant began) throws IOException {
    Stamp stamp = folder.checkFile(file);
    if (stamp.equals(noted.stamp())) {
      return stamp;
    }
    Content found = new Content(stamp.size(), PrivateFolder.digest(file));
    if (!found.equals(noted.content())) {
      throw new RefusedException(file, found.text(), noted.content().text());
    }
    return stamp.settled(began) ? stamp : null;
  }

  private void extract() throws IOException {
    folder.clean();
    Path staged = folder.stage();
    try {
      Instant began = Instant.now();
      Stamp origin = originStamp(began);
      Map<String, Library> libraries = new LinkedHashMap<>();
      for (Map.Entry<String, URL> resource : resources.get().entrySet()) {
        Path file = staged.resolve(resource.getKey());
        try (OutputStream out = PrivateFolder.create(file)) {
          libraries.put(resource.getKey(), new Library(copy(resource.getValue(), out), null));
        }
        PrivateFolder.seal(file);
      }
      LibraryManifest manifest = new LibraryManifest(this.origin, origin, libraries);
      PrivateFolder.write(staged.resolve(MANIFEST), manifest.write());
      folder.publish(staged, name());
    } finally {
      Disk.deleteQuietly(staged);
    }
  }

  private static Content copy(URL from, OutputStream to) throws IOException {
    Disk.Hash hash = new Disk.Hash();
    try (InputStream in = hash.reading(from.openStream())) {
      return new Content(in.transferTo(to), hash.digest());
    }
  }

  private @Nullable Stamp originStamp(Instant began) throws IOException {
    Stamp stamp = jar == null ? null : Stamp.of(jar);
    return stamp != null && stamp.settled(began) ? stamp : null;
  }

  /** Returns null if the library is not in a plain jar; its bytes are then read each time. */
  private static @Nullable Path jar(URL resource) {
    String text = resource.toString();
    int end = text.indexOf("!/");
    if (!text.startsWith("jar:file:") || end < 0) {
      return null;
    }
    try {
      Path jar = Path.of(URI.create(text.substring("jar:".length(), end))).toRealPath();
      return jar.getFileSystem().equals(FileSystems.getDefault()) ? jar : null;
    } catch (IOException | IllegalArgumentException e) {
      return null;
    }
  }
}
