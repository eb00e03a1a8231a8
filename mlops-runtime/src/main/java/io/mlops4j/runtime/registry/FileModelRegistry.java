package io.mlops4j.runtime.registry;

import io.mlops4j.error.RegistryException;
import io.mlops4j.registry.Change;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.registry.RegistryOptions;
import io.mlops4j.runtime.registry.folder.FolderStorage;
import io.mlops4j.runtime.registry.store.Storage;
import io.mlops4j.runtime.registry.store.StoredRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Objects;
import java.util.stream.Stream;

/**
 * Opens a registry in a folder. Any number of threads and processes can share the folder, also over
 * a network file system. Versions and records appear by exclusive renames and links, without file
 * locks. Only assignments and deletions of one model exclude each other by a file lock. If the file
 * system has no locks, both may be stored at the same moment. {@link ModelRegistry#collect} then
 * restores the version.
 *
 * <p>Versions of one model with equal bytes and different cards share their files by hard links, if
 * the file system has them.
 *
 * <p>When a publish or an assignment returns, its changes have been forced to the disk. If the
 * process is killed or the disk is full, the change has happened completely or not at all. Remains
 * of killed processes are ignored. A process that opens the registry a day later removes them.
 *
 * <p>Edited or damaged versions and records are found by their digests before they are used. A
 * history that was rewritten with new digests is found if records are signed ({@link
 * RegistryOptions.Builder#signing}), or by comparing {@link ModelRegistry#head} with a head that
 * was stored elsewhere. That comparison also finds a history whose end was cut off.
 *
 * <p>The permissions of the folder decide who may write. The actor in a {@link Change} is the name
 * that the application passes.
 */
public final class FileModelRegistry {
  private FileModelRegistry() {}

  /**
   * Opens a registry, and creates it if the folder is empty or missing. An existing registry can be
   * read from a read-only disk.
   *
   * @param folder the registry's folder
   * @return the registry; the caller closes it
   * @throws RegistryException if the folder is a file, contains other files, cannot be made, or was
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
   * @param options the retention, the signer, the trusted signers and the clock
   * @return the registry; the caller closes it
   * @throws RegistryException if the folder is a file, contains other files, cannot be made, or was
   *     written in a newer layout
   */
  public static ModelRegistry open(Path folder, RegistryOptions options) {
    Objects.requireNonNull(folder, "folder");
    Objects.requireNonNull(options, "options");
    return open(folder, options, true);
  }

  /**
   * Opens an existing registry. Readers, deployments and services use this, because {@link #open}
   * would create an empty registry at a path that is misspelt or not mounted.
   *
   * @param folder the registry's folder
   * @return the registry; the caller closes it
   * @throws RegistryException if there is no registry, or as {@link #open} does; nothing is created
   */
  public static ModelRegistry openExisting(Path folder) {
    return openExisting(folder, RegistryOptions.defaults());
  }

  /**
   * Opens an existing registry with options; see {@link #openExisting(Path)}.
   *
   * @param folder the registry's folder
   * @param options the retention, the signer, the trusted signers and the clock
   * @return the registry; the caller closes it
   * @throws RegistryException if there is no registry, or as {@link #open} does; nothing is created
   */
  public static ModelRegistry openExisting(Path folder, RegistryOptions options) {
    Objects.requireNonNull(folder, "folder");
    Objects.requireNonNull(options, "options");
    return new StoredRegistry(existing(folder), options);
  }

  /**
   * Opens an existing registry at its first use, so that a service can start while the folder is
   * not mounted; see {@code Deployment.Builder.lastGoodIn}. Until it could be opened, every call
   * tries again, and throws the exceptions of {@link #openExisting(Path)} if that fails.
   *
   * @param folder the registry's folder
   * @param options the retention, the signer, the trusted signers and the clock
   * @return the registry; the caller closes it
   */
  public static ModelRegistry openLater(Path folder, RegistryOptions options) {
    Objects.requireNonNull(folder, "folder");
    Objects.requireNonNull(options, "options");
    return new StoredRegistry(LaterStorage.of(() -> existing(folder)), options);
  }

  private static Storage existing(Path folder) {
    if (isNothing(folder)) {
      throw new RegistryException(
          "%s: found no registry, but %s; check the path and whether its disk is mounted, or publish a first model there, which creates the registry"
              .formatted(
                  folder.toAbsolutePath(),
                  Files.isDirectory(folder) ? "an empty folder" : "no folder"),
          null);
    }
    return FolderStorage.open(folder, true);
  }

  private static boolean isNothing(Path folder) {
    if (!Files.isDirectory(folder)) {
      return !Files.exists(folder);
    }
    try (Stream<Path> entries = Files.list(folder)) {
      return entries.findAny().isEmpty();
    } catch (IOException e) {
      return false; // opening it throws an exception with the reason
    }
  }

  static ModelRegistry open(Path folder, Clock clock, boolean links) {
    return open(folder, RegistryOptions.builder().clock(clock).build(), links);
  }

  static ModelRegistry open(Path folder, RegistryOptions options, boolean links) {
    Objects.requireNonNull(options, "options");
    return new StoredRegistry(FolderStorage.open(folder, links), options);
  }
}
