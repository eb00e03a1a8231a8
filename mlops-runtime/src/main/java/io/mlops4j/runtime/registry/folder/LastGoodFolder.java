package io.mlops4j.runtime.registry.folder;

import io.mlops4j.error.RegistryException;
import io.mlops4j.model.ModelCard;
import io.mlops4j.model.ModelRef;
import io.mlops4j.model.ModelVersion;
import io.mlops4j.registry.AliasRecord;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.runtime.internal.file.Disk;
import io.mlops4j.runtime.registry.store.Manifest;
import io.mlops4j.runtime.registry.store.Records;
import io.mlops4j.runtime.registry.store.Signing;
import io.mlops4j.runtime.registry.store.Storage;
import io.mlops4j.runtime.registry.store.StoredRegistry;
import io.mlops4j.runtime.registry.store.VersionCopy;
import io.mlops4j.runtime.registry.store.VersionStore;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The version that served last, in a folder of this machine: a registry with this one version, its
 * signatures and the record of the alias that points to it. A file names the registry that is
 * current, and is replaced in one step. The registry before it is kept, because another process may
 * still read it.
 *
 * <p>Not thread safe. Several processes that follow the same alias may use one folder.
 */
public final class LastGoodFolder {
  private static final String CURRENT = "current";
  private static final String STAGING = "staging";
  private static final Pattern COPY = Pattern.compile("[0-9a-f]{16}-\\d+");

  private final Path folder;
  private final String model;
  private final String alias;
  private final StoredRegistry source;
  private final Disk disk;

  private LastGoodFolder(Path folder, String model, String alias, StoredRegistry source) {
    this.folder = folder;
    this.model = model;
    this.alias = alias;
    this.source = source;
    this.disk = new Disk(folder.resolve(STAGING), false);
  }

  /**
   * Creates the folder if it is absent. If it holds a copy and cannot be written now (for example,
   * because the disk is full), it can still be read.
   *
   * @param parent the folder that the application named
   * @param ref {@code name@alias}
   * @param source the registry that versions are copied from
   * @throws IllegalArgumentException if the registry is not one of this library
   * @throws RegistryException if the folder cannot be written and holds no copy
   */
  public static LastGoodFolder open(Path parent, String ref, ModelRegistry source) {
    if (!(source instanceof StoredRegistry stored)) {
      throw new IllegalArgumentException(
          "lastGoodIn: found "
              + source.getClass().getName()
              + ", expected a registry opened by FileModelRegistry or JdbcModelRegistry");
    }
    ModelRef parsed = ModelRef.parse(ref);
    Path folder = parent.toAbsolutePath().normalize().resolve(ref);
    LastGoodFolder opened =
        new LastGoodFolder(folder, parsed.name(), parsed.alias().orElseThrow(), stored);
    try {
      Files.createDirectories(folder);
      opened.disk.clean();
      Disk.deleteQuietly(opened.disk.stage());
    } catch (IOException e) {
      if (!Disk.exists(folder.resolve(CURRENT))) {
        throw opened.cannot("write", e);
      }
    }
    return opened;
  }

  /**
   * Opens the registry with the version that was kept last.
   *
   * @return the registry, which the caller closes; empty if no version was kept
   * @throws RegistryException if it cannot be read
   */
  public Optional<ModelRegistry> newest() {
    try {
      return Optional.of(source.over(FolderStorage.open(folder.resolve(current()), true)));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (IOException e) {
      throw cannot("read", e);
    }
  }

  /** Returns whether a version is kept. */
  public boolean isThere() {
    try {
      return Disk.exists(folder.resolve(current()));
    } catch (IOException e) { // absent
      return false;
    }
  }

  /** A damaged file that names no copy counts as an absent one. */
  private String current() throws IOException {
    Path file = folder.resolve(CURRENT);
    String name = new String(Disk.read(file), StandardCharsets.UTF_8);
    if (!COPY.matcher(name).matches()) {
      throw new NoSuchFileException(file.toString(), null, "found no name of a copy");
    }
    return name;
  }

  /**
   * Copies the version that a record points to, its signatures and the record, and makes them
   * current, unless another process has kept a newer record. The records before it are not copied:
   * they point to other versions, which a copy that was interrupted would then name. A copy of the
   * version that was damaged since is replaced.
   *
   * @throws RegistryException if the version cannot be read or copied; the earlier copy stays
   */
  public void keep(AliasRecord record) {
    ModelVersion version = Objects.requireNonNull(record.to(), "to");
    String name = "%s-%06d".formatted(version.digest().hex().substring(0, 16), version.number());
    try {
      if (hasNewer(record)) {
        return;
      }
      Path kept = folder.resolve(name);
      if (!Disk.exists(kept) || !isContinued(kept, version, record)) {
        copy(version, record, kept);
      }
      String before = currentOr(name);
      disk.replace(name.getBytes(StandardCharsets.UTF_8), folder.resolve(CURRENT), folder);
      deleteOthers(List.of(name, before, CURRENT, STAGING));
    } catch (IOException e) {
      throw cannot("keep " + version + " in", e);
    }
  }

  private String currentOr(String name) throws IOException {
    try {
      return current();
    } catch (NoSuchFileException e) {
      return name;
    }
  }

  private boolean hasNewer(AliasRecord record) throws IOException {
    String name = currentOr("");
    Path kept = folder.resolve(name);
    if (name.isEmpty() || !Disk.exists(kept)) {
      return false;
    }
    try (Storage copy = open(kept)) {
      if (copy == null) {
        return false;
      }
      Records to = copy.aliasRecords(model, alias);
      Records from = source.storage().aliasRecords(model, alias);
      long there = to.last(0);
      return there > record.number()
          && there <= from.last(record.number())
          && Arrays.equals(to.read(there), from.read(there));
    }
  }

  /** Returns null for a copy that was damaged. */
  private static @Nullable Storage open(Path kept) {
    try {
      return FolderStorage.open(kept, true);
    } catch (RegistryException e) {
      return null;
    }
  }

  private static boolean isWhole(Storage copy, ModelVersion version) {
    try {
      VersionStore versions = new VersionStore(copy, Signing.NONE, Clock.systemUTC());
      Manifest manifest = versions.find(version).manifest();
      ModelCard unused = versions.card(manifest);
      for (Map.Entry<String, Manifest.Entry> file : manifest.files().entrySet()) {
        copy.pass(version, file.getKey(), file.getValue(), piece -> {});
      }
      return true;
    } catch (IOException | RegistryException e) {
      return false;
    }
  }

  /**
   * Adds a newer record to a version that was copied before. Returns false if it was damaged, or if
   * its newest record is not one of the source's up to this one.
   */
  private boolean isContinued(Path kept, ModelVersion version, AliasRecord record) {
    try (Storage copy = open(kept)) {
      if (copy == null || !isWhole(copy, version)) {
        Disk.deleteQuietly(kept);
        return false;
      }
      Records to = copy.aliasRecords(model, alias);
      Records from = source.storage().aliasRecords(model, alias);
      long there = to.last(0);
      if (there == 0
          || there > record.number()
          || !Arrays.equals(to.read(there), from.read(there))) {
        Disk.deleteQuietly(kept);
        return false;
      }
      copyRecord(copy, record);
      return true;
    }
  }

  private void copy(ModelVersion version, AliasRecord record, Path kept) throws IOException {
    Path staged = disk.stage();
    try {
      try (Storage copy = FolderStorage.open(staged, true)) {
        Storage from = source.storage();
        VersionStore versions = new VersionStore(from, Signing.NONE, Clock.systemUTC());
        copy.put(new VersionCopy(from, versions.find(version), bytes -> {}));
        for (String signature : from.signatures(version)) {
          copy.putSignature(version, signature, from.signature(version, signature));
        }
        copyRecord(copy, record);
      }
      Disk.claim(staged, kept, folder);
    } finally {
      Disk.deleteQuietly(staged);
    }
  }

  private void copyRecord(Storage copy, AliasRecord record) {
    byte[] document = source.storage().aliasRecords(model, alias).read(record.number());
    copy.aliasRecords(model, alias).claim(record.number(), document);
  }

  private void deleteOthers(List<String> kept) throws IOException {
    try (Stream<Path> all = Files.list(folder)) {
      all.filter(path -> !kept.contains(path.getFileName().toString()))
          .forEach(Disk::deleteQuietly);
    }
  }

  private RegistryException cannot(String what, IOException cause) {
    return new RegistryException(
        "lastGoodIn: cannot %s %s (%s); free the disk, or allow writing"
            .formatted(what, folder, cause),
        cause);
  }
}
