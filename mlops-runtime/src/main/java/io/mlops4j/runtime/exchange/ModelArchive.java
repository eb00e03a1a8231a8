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
 * A version as one file that another registry can import with an unchanged digest: a ZIP file with
 * card, files and signatures. Equal content gives equal bytes. The archive also states the {@link
 * #origin} of the version: the registry's address, number, date, publisher, and when aliases
 * pointed to it. An import records this origin. Immutable and thread safe; {@link #into} reads and
 * checks the file again.
 *
 * <p>An archive may come from a stranger. Every name is checked before it becomes a path, links are
 * rejected, the {@link ArchiveLimits} hold while files are unpacked, and nothing is published
 * unless all digests match the index. Only a signature proves who wrote the index: a runtime with a
 * {@link io.mlops4j.runtime.trust.TrustPolicy} verifies it when it loads the model.
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
   * @param registry the registry of the version; the caller closes it
   * @param version a version of this registry
   * @param file the target; an earlier file is replaced
   * @throws IntegrityException if the version's bytes are not those that were published
   * @throws RegistryException if the file cannot be written, or {@link #read} would reject a name
   *     of the version's files
   */
  public static void write(ModelRegistry registry, ModelVersion version, Path file) {
    write(registry, version, file, now -> {});
  }

  /**
   * Writes a version and reports progress after its bytes are verified.
   *
   * @param registry the registry of the version; the caller closes it
   * @param version a version of this registry
   * @param file the target; an earlier file is replaced
   * @param listener called on the calling thread; if it throws, no file is written
   * @throws IntegrityException if the version's bytes are not those that were published
   * @throws RegistryException if the file cannot be written, or {@link #read} would reject a name
   *     of the version's files
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
      Path folder = file.toAbsolutePath().getParent();
      boolean absent = folder != null && !Files.isDirectory(folder);
      Object why = absent ? "found no folder " + folder + "; create it first" : e;
      throw new RegistryException(
          file + ": cannot write the archive of " + version + " (" + why + ")", e);
    } finally {
      Disk.deleteQuietly(aside);
    }
  }

  /** Requires names that the import accepts. */
  private static void requirePortable(ModelVersion version, ArchiveIndex index) {
    try {
      ArchiveNames.check(index.names(), Integer.MAX_VALUE);
    } catch (IOException e) {
      throw new RegistryException(
          version
              + ": found "
              + e.getMessage()
              + ", expected names that every file system accepts; rename the files and publish"
              + " again, or copy the registry",
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

  /** Returns the stored bytes, because they may contain keys that only a newer library knows. */
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
   * Reads the index and the card of an archive within the default limits.
   *
   * @param file an archive
   * @return the archive; its files are not unpacked yet
   * @throws RegistryException if the file is not an archive, or is rejected
   * @throws IntegrityException if index or card were changed
   */
  public static ModelArchive read(Path file) {
    return read(file, ArchiveLimits.withDefaults());
  }

  /**
   * Reads the index and the card of an archive.
   *
   * @param file an archive
   * @param limits the limits beyond which it is rejected
   * @return the archive; its files are not unpacked yet
   * @throws RegistryException if the file is not an archive, or is rejected
   * @throws IntegrityException if index or card were changed
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
          file + ": found another card than the index lists, expected the card as written");
    }
    if (!CardJson.text(card).equals(new String(json, StandardCharsets.UTF_8))) {
      throw new RegistryException(
          file
              + ": found a card with keys that this mlops4j does not know and would lose, expected"
              + " none; import the archive with the mlops4j that wrote it, or a later one",
          null);
    }
  }

  private static RegistryException refused(Path file, IOException cause) {
    Object found = cause.getMessage() == null ? cause : cause.getMessage();
    return new RegistryException(
        "%s: found %s, expected an archive that ModelArchive.write wrote; nothing was published"
            .formatted(file, cause instanceof NoSuchFileException ? "no such file" : found),
        cause);
  }

  /**
   * Returns the model's name.
   *
   * @return the name in the card
   */
  public String model() {
    return index.model();
  }

  /**
   * Returns the version's digest, which every import preserves.
   *
   * @return the digest of the files
   */
  public Digest digest() {
    return index.digest();
  }

  /**
   * Returns the card.
   *
   * @return the card as it was published
   */
  public ModelCard card() {
    return card;
  }

  /**
   * Returns the origin that the archive states, without a proof.
   *
   * @return empty for an archive that an older library wrote
   */
  public Optional<Origin> origin() {
    return Optional.ofNullable(index.origin());
  }

  /**
   * Publishes the version and its signatures in another registry, under the next number there. If
   * the registry already contains the version, the signatures are added to it. The files are
   * unpacked in a temporary folder, which is deleted before this method returns.
   *
   * @param registry the target; the caller closes it
   * @return the version in the target, with the same digest
   * @throws RegistryException if the archive is rejected, cannot be stored, or is signed and the
   *     registry stores no signatures; nothing was published
   * @throws IntegrityException if the files are not those that the index lists
   */
  public ModelVersion into(ModelRegistry registry) {
    return into(registry, PublishOptions.defaults());
  }

  /**
   * Publishes the version with options. The progress counts files and bytes twice: when they are
   * unpacked, and when they are published.
   *
   * @param registry the target; the caller closes it
   * @param options an exception of the listener cancels the import, and nothing is stored
   * @return the version in the target, with the same digest
   * @throws RegistryException if the archive is rejected, cannot be stored, or is signed and the
   *     registry stores no signatures; nothing was published
   * @throws IntegrityException if the files are not those that the index lists
   */
  public ModelVersion into(ModelRegistry registry, PublishOptions options) {
    Objects.requireNonNull(registry, "registry");
    int files = index.files().size();
    long bytes = bytes(index);
    ProgressMeter meter = ProgressMeter.ofFirstPass(options, files, bytes);
    try (ArchiveReader reader = ArchiveReader.open(file, limits)) {
      Path folder = Files.createTempDirectory("mlops4j-archive-"); // mode 0700
      try {
        reader.requireOnly(index.names());
        reader.unpack(index.files(), folder, meter);
        return into(registry, reader, folder, ProgressMeter.forSecondPass(options, files, bytes));
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
          "%s: found a signed version for %s, which keeps no signatures, expected a registry that keeps them; nothing was published"
              .formatted(file, registry.location()),
          null);
    }
    Path model = index.folder() ? folder : folder.resolve(index.files().keySet().iterator().next());
    if (!ModelFiles.list(model).paths().keySet().equals(index.files().keySet())) {
      throw new RegistryException(
          file + ": found files that no model has, such as model.sig, expected none", null);
    }
    PublishOptions how =
        options.origin().isPresent() || index.origin() == null
            ? options
            : options.toBuilder().from(index.origin()).build();
    ModelVersion version = registry.publish(card, model, how);
    if (!version.digest().equals(index.digest())) {
      throw new IntegrityException(
          "%s: found the digest %s of %s in %s, expected %s; the files changed during the import, import the archive again"
              .formatted(file, version.digest(), version, registry.location(), index.digest()));
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
        throw new IntegrityException(file + ": found another signature than the index lists");
      }
      VersionSignatures.checkSize(file, bundle);
      signatures.put(hex, bundle);
    }
    return signatures;
  }

  /**
   * Returns a description for people.
   *
   * @return the model, its digest, and the file
   */
  @Override
  public String toString() {
    return index.model() + " " + index.digest().abbreviated() + " in " + file;
  }
}
