package io.mlops4j.runtime.registry;

import io.mlops4j.error.RegistryException;
import io.mlops4j.registry.Change;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.registry.RegistryOptions;
import io.mlops4j.runtime.internal.file.Disk;
import io.mlops4j.runtime.registry.folder.FolderStorage;
import io.mlops4j.runtime.registry.folder.Layout;
import io.mlops4j.runtime.registry.folder.Publisher;
import io.mlops4j.runtime.registry.store.StoredRegistry;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Objects;

/**
 * Opens a registry in a folder, which any number of threads and processes share, even over a
 * network file system: versions and records appear by exclusive renames and links, without file
 * locks. Only an assignment and a deletion of one model keep each other out by a file lock. Where
 * the file system has none, both may be stored at the same moment; {@link ModelRegistry#collect}
 * then restores the version.
 *
 * <p>Versions of one model with equal bytes and different cards share their files by hard links,
 * where the file system has them.
 *
 * <p>A publish or an assignment that returned has been forced to the disk. One that did not return,
 * because the process was killed or the disk was full, has happened completely or not at all. What
 * a killed process leaves behind is ignored, and removed by whoever opens the registry a day later.
 *
 * <p>Versions and records that were edited or damaged are found by their digests before anything
 * uses them. A history rewritten as a whole, with all digests computed anew, is found where records
 * are signed ({@link RegistryOptions.Builder#signing}), or by comparing {@link ModelRegistry#head}
 * with one that was kept elsewhere, which also finds that the end was cut off.
 *
 * <p>Only the folder's owner decides who may write: the actor in a {@link Change} is what the
 * application says.
 */
public final class FileModelRegistry {
  private FileModelRegistry() {}

  /**
   * Opens a registry, or makes one of a folder that is empty or not there yet. One that exists can
   * be opened from a read-only disk, to read.
   *
   * @param folder the registry's folder
   * @return the registry; the caller closes it
   * @throws RegistryException if the folder is a file, holds other things, cannot be made, or was
   *     written in a newer layout
   */
  public static ModelRegistry open(Path folder) {
    Objects.requireNonNull(folder, "folder");
    return open(folder, RegistryOptions.defaults());
  }

  /**
   * Opens a registry with options.
   *
   * @param folder the registry's folder
   * @param options what may be deleted, who signs and is believed, where times come from
   * @return the registry; the caller closes it
   * @throws RegistryException if the folder is a file, holds other things, cannot be made, or was
   *     written in a newer layout
   */
  public static ModelRegistry open(Path folder, RegistryOptions options) {
    Objects.requireNonNull(folder, "folder");
    Objects.requireNonNull(options, "options");
    return open(folder, options, true);
  }

  static ModelRegistry open(Path folder, Clock clock, boolean links) {
    return open(folder, RegistryOptions.builder().clock(clock).build(), links);
  }

  static ModelRegistry open(Path folder, RegistryOptions options, boolean links) {
    Objects.requireNonNull(options, "options");
    Path root = folder.toAbsolutePath().normalize();
    Disk disk = new Disk(Layout.staging(root), links);
    Layout layout = Layout.open(root, disk);
    disk.clean();
    FolderStorage storage = new FolderStorage(layout, disk);
    return new StoredRegistry(
        storage,
        options,
        versions -> {
          Publisher publisher = new Publisher(layout, disk, storage, options.clock(), versions);
          return publisher::publish;
        });
  }
}
