package io.mlops4j.runtime.exchange;

import io.mlops4j.error.IntegrityException;
import io.mlops4j.error.RegistryException;
import io.mlops4j.model.Digest;
import io.mlops4j.model.ModelCard;
import io.mlops4j.model.ModelVersion;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.registry.Origin;
import io.mlops4j.registry.ProgressListener;
import io.mlops4j.registry.PublishOptions;
import io.mlops4j.runtime.card.CardJson;
import io.mlops4j.runtime.internal.card.CardDocument;
import io.mlops4j.runtime.internal.document.Document;
import io.mlops4j.runtime.internal.file.Disk;
import io.mlops4j.runtime.internal.source.ModelFiles;
import io.mlops4j.runtime.internal.source.ProgressMeter;
import io.mlops4j.runtime.registry.store.ArchiveNames;
import io.mlops4j.runtime.registry.store.Manifest;
import io.mlops4j.runtime.registry.store.StoredRegistry;
import io.mlops4j.runtime.registry.store.VersionSignatures;
import io.mlops4j.spi.ModelSource;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;

/**
 * A version as one file that another registry imports with its digest unchanged: card, files and
 * signatures, in a ZIP file whose bytes are the same whenever the same is written. It also says
 * where the version comes from: the registry's address, number, date, publisher, and which aliases
 * named it when ({@link #origin}); whoever imports it sees that as the origin of the new version.
 * Immutable and thread safe; what lies on the disk is read again, and checked again, by {@link
 * #into}.
 *
 * <p>An archive may come from a stranger. Nothing of it becomes a path before its name was checked,
 * nothing is linked, nothing is unpacked beyond the {@link ArchiveLimits}, and nothing is published
 * that is not what its index lists, by digest. That its index is honest is for a signature to
 * prove, when a runtime with a {@link io.mlops4j.runtime.trust.TrustPolicy} loads the model.
 */
public final class ModelArchive {
  private final Path file;
  private final ArchiveLimits limits;
  private final ArchiveIndex index;
  private final ModelCard card;

  private ModelArchive(Path file, ArchiveLimits limits, ArchiveIndex index, ModelCard card) {
    this.file = file;
    this.limits = limits;
    this.index = index;
    this.card = card;
  }

  /**
   * Writes a version with its card and its signatures. The file appears when it is complete.
   *
   * @param registry where it was published; lent
   * @param version a version of this registry
   * @param file where to write; one that is there is replaced
   * @throws IntegrityException if the version's bytes are not those that were published
   * @throws RegistryException if the file cannot be written, or a name of the version's files is
   *     one that {@link #read} refuses
   */
  public static void write(ModelRegistry registry, ModelVersion version, Path file) {
    write(registry, version, file, now -> {});
  }

  /**
   * The same, and tells how far it is, once the version's bytes are read and verified.
   *
   * @param registry where it was published; lent
   * @param version a version of this registry
   * @param file where to write; one that is there is replaced
   * @param listener told on the calling thread; what it throws leaves no file
   * @throws IntegrityException if the version's bytes are not those that were published
   * @throws RegistryException if the file cannot be written, or a name of the version's files is
   *     one that {@link #read} refuses
   */
  public static void write(
      ModelRegistry registry, ModelVersion version, Path file, ProgressListener listener) {
    ModelSource source = registry.source(version);
    Map<String, ByteBuffer> files = files(source);
    byte[] card = card(registry, version);
    Map<String, byte[]> signatures = new TreeMap<>();
    registry
        .signatures(version)
        .forEach(bundle -> signatures.put(Digest.sha256(bundle).hex(), bundle));
    ArchiveIndex index =
        index(version, files, Digest.sha256(card), signatures, Origins.of(registry, version));
    requirePortable(version, index);
    ProgressMeter meter = ProgressMeter.of(Optional.of(listener), files.size(), bytes(index));
    Path aside = file.resolveSibling(file.getFileName() + ".new");
    try {
      try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(aside), 1 << 16);
          ArchiveWriter zip = new ArchiveWriter(out)) {
        zip.add(ArchiveIndex.NAME, ByteBuffer.wrap(index.write()));
        zip.add(ArchiveIndex.CARD, ByteBuffer.wrap(card));
        for (Map.Entry<String, ByteBuffer> each : files.entrySet()) {
          meter.at(each.getKey());
          zip.add(ArchiveIndex.FILES + each.getKey(), each.getValue(), meter);
          meter.done();
        }
        for (Map.Entry<String, byte[]> each : signatures.entrySet()) {
          zip.add(
              ArchiveIndex.SIGNATURES + each.getKey() + ".json", ByteBuffer.wrap(each.getValue()));
        }
      }
      Files.move(aside, file, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw new RegistryException(
          file + ": the archive of " + version + " cannot be written (" + e + ")", e);
    } finally {
      Disk.deleteQuietly(aside);
    }
  }

  /** No archive is better than one that nobody lets in. */
  private static void requirePortable(ModelVersion version, ArchiveIndex index) {
    try {
      ArchiveNames.check(index.names(), Integer.MAX_VALUE);
    } catch (IOException e) {
      throw new RegistryException(
          version
              + ": found "
              + e.getMessage()
              + ", expected files that every system keeps; rename them and publish again, or copy "
              + "the registry",
          e);
    }
  }

  private static long bytes(ArchiveIndex index) {
    return index.files().values().stream().mapToLong(Manifest.Entry::bytes).sum();
  }

  private static Map<String, ByteBuffer> files(ModelSource source) {
    Map<String, ByteBuffer> files = new TreeMap<>(source.external());
    ByteBuffer bytes = source.bytes();
    if (bytes != null) {
      files.put(String.valueOf(source.main().getFileName()), bytes);
    }
    return files;
  }

  /**
   * As it is stored, with keys that only a newer library knows; other registries have only ours.
   */
  private static byte[] card(ModelRegistry registry, ModelVersion version) {
    return registry instanceof StoredRegistry stored
        ? stored.cardBytes(version)
        : CardDocument.write(registry.card(version));
  }

  private static ArchiveIndex index(
      ModelVersion version,
      Map<String, ByteBuffer> files,
      Digest card,
      Map<String, byte[]> signatures,
      Origin origin) {
    Map<String, Manifest.Entry> entries = new TreeMap<>();
    files.forEach(
        (name, bytes) ->
            entries.put(
                name, new Manifest.Entry(bytes.remaining(), Digest.sha256(bytes.duplicate()))));
    boolean single =
        entries.size() == 1 && Manifest.digest(entries, false).equals(version.digest());
    return new ArchiveIndex(
        version.name(),
        version.digest(),
        !single,
        entries,
        card,
        List.copyOf(signatures.keySet()),
        origin);
  }

  /**
   * Reads what an archive says of itself, within the limits that hold by default.
   *
   * @param file an archive
   * @return the archive, of which nothing was unpacked yet
   * @throws RegistryException if it is no archive, or one that is not let in
   * @throws IntegrityException if index or card are not what was written
   */
  public static ModelArchive read(Path file) {
    return read(file, ArchiveLimits.withDefaults());
  }

  /**
   * Reads what an archive says of itself.
   *
   * @param file an archive
   * @param limits how much it may be
   * @return the archive, of which nothing was unpacked yet
   * @throws RegistryException if it is no archive, or one that is not let in
   * @throws IntegrityException if index or card are not what was written
   */
  public static ModelArchive read(Path file, ArchiveLimits limits) {
    Objects.requireNonNull(limits, "limits");
    try (ArchiveReader reader = ArchiveReader.open(file, limits)) {
      byte[] bytes = reader.document(ArchiveIndex.NAME);
      ArchiveIndex index = Document.readSealed(file, bytes, ArchiveIndex::read);
      reader.requireOnly(index.names());
      byte[] json = reader.document(ArchiveIndex.CARD);
      ModelCard card = Document.read(file, json, CardDocument::read);
      requireCard(file, index, json, card);
      return new ModelArchive(file, limits, index, card);
    } catch (IOException e) {
      throw refused(file, e);
    }
  }

  private static void requireCard(Path file, ArchiveIndex index, byte[] json, ModelCard card) {
    if (!Digest.sha256(json).equals(index.card()) || !card.name().equals(index.model())) {
      throw new IntegrityException(
          file + ": found another card than its index lists, expected the one that was written");
    }
    if (!CardJson.text(card).equals(new String(json, StandardCharsets.UTF_8))) {
      throw new RegistryException(
          file
              + ": found a card with keys that this mlops4j does not know and would lose, expected"
              + " none; import it with the version that wrote it, or a later one",
          null);
    }
  }

  static RegistryException refused(Path file, IOException cause) {
    String found = cause.getMessage() == null ? cause.toString() : cause.getMessage();
    if (cause instanceof NoSuchFileException) {
      found = "no such file";
    }
    return new RegistryException(
        file
            + ": found "
            + found
            + ", expected an archive that ModelArchive.write wrote; nothing was published",
        cause);
  }

  /**
   * The model's name.
   *
   * @return that of its card
   */
  public String model() {
    return index.model();
  }

  /**
   * The version's digest, which it keeps wherever it is imported.
   *
   * @return the digest of its files
   */
  public Digest digest() {
    return index.digest();
  }

  /**
   * The card.
   *
   * @return as it was published
   */
  public ModelCard card() {
    return card;
  }

  /**
   * Where the version comes from, as the archive states it; nothing of it is proven.
   *
   * @return empty for an archive that an older library wrote
   */
  public Optional<Origin> origin() {
    return Optional.ofNullable(index.origin());
  }

  /**
   * Publishes the version, with its signatures, in another registry. Where it is already, that
   * version is returned, which has the signatures of both afterwards. Numbers are the registry's
   * own. The files are unpacked in a temporary folder, which is gone when this returns.
   *
   * @param registry where to; lent
   * @return the version there, with the same digest
   * @throws RegistryException if the archive is not let in, cannot be stored, or is signed and the
   *     registry keeps no signatures; nothing was published
   * @throws IntegrityException if the files are not those that the index lists
   */
  public ModelVersion into(ModelRegistry registry) {
    return into(registry, PublishOptions.defaults());
  }

  /**
   * The same, with options. Files and bytes count twice for whoever is told of progress: when they
   * are unpacked, and when they are published.
   *
   * @param registry where to; lent
   * @param options who is told how far it is; what it throws leaves nothing behind
   * @return the version there, with the same digest
   * @throws RegistryException if the archive is not let in, or cannot be stored; nothing was
   *     published
   * @throws IntegrityException if the files are not those that the index lists
   */
  public ModelVersion into(ModelRegistry registry, PublishOptions options) {
    Objects.requireNonNull(registry, "registry");
    int files = index.files().size();
    long bytes = bytes(index);
    ProgressMeter meter =
        ProgressMeter.of(
            options.listener().map(told -> ProgressMeter.before(told, files, bytes)), files, bytes);
    PublishOptions after =
        options.listener().isEmpty()
            ? options
            : options.toBuilder()
                .listener(ProgressMeter.after(options.listener().get(), files, bytes))
                .build();
    try (ArchiveReader reader = ArchiveReader.open(file, limits)) {
      Path folder = Files.createTempDirectory("mlops4j-archive-"); // for its owner alone
      try {
        reader.requireOnly(index.names());
        reader.unpack(index.files(), folder, meter);
        return into(registry, reader, folder, after);
      } finally {
        Disk.deleteQuietly(folder);
      }
    } catch (IOException e) {
      throw refused(file, e);
    }
  }

  private ModelVersion into(
      ModelRegistry registry, ArchiveReader reader, Path folder, PublishOptions options)
      throws IOException {
    Map<String, byte[]> signatures = signatures(reader);
    if (!signatures.isEmpty() && !registry.keepsSignatures()) {
      throw new RegistryException(
          "%s: found a signed version for %s, which keeps no signatures, expected one that does; nothing was published"
              .formatted(file, registry.location()),
          null);
    }
    Path model = index.folder() ? folder : folder.resolve(index.files().keySet().iterator().next());
    if (!ModelFiles.list(model).paths().keySet().equals(index.files().keySet())) {
      throw new RegistryException(
          file + ": found an index of files that are no model's, as model.sig, expected none",
          null);
    }
    PublishOptions how =
        options.origin().isPresent() || index.origin() == null
            ? options
            : options.toBuilder().from(index.origin()).build();
    ModelVersion version = registry.publish(card, model, how);
    if (!version.digest().equals(index.digest())) {
      throw new IntegrityException(
          "%s: found that %s has %s in %s, expected %s"
              .formatted(file, version, version.digest(), registry.location(), index.digest()));
    }
    signatures.values().forEach(bundle -> registry.addSignature(version, bundle));
    return version;
  }

  private Map<String, byte[]> signatures(ArchiveReader reader) throws IOException {
    VersionSignatures.checkNumber(file, index.signatures().size());
    Map<String, byte[]> signatures = new TreeMap<>();
    for (String hex : index.signatures()) {
      byte[] bundle = reader.document(ArchiveIndex.SIGNATURES + hex + ".json");
      if (!Digest.sha256(bundle).hex().equals(hex)) {
        throw new IntegrityException(file + ": found another signature than its index lists");
      }
      VersionSignatures.checkSize(file, bundle);
      signatures.put(hex, bundle);
    }
    return signatures;
  }

  /**
   * For people.
   *
   * @return the model, its digest, and the archive's file
   */
  @Override
  public String toString() {
    return index.model() + " " + index.digest().abbreviated() + " in " + file;
  }
}
